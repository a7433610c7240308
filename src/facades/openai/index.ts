import type { components as Causeway } from "../../../gen/openapi/causeway.ts";
import type { components } from "../../../gen/openapi/openai.ts";
import type { Dialect } from "../../core/dialect.ts";
import { GatewayError } from "../../core/error.ts";
import type { Gateway } from "../../core/gateway.ts";
import type { Pricing } from "../../core/ports.ts";
import type { ListedModel } from "../../core/routing.ts";
import { answer } from "../answer.ts";
import { pricedModelOf } from "../apantli/models.ts";
import { callOf, wireRequest } from "../call.ts";
import { embed } from "../embed.ts";
import { type FacadeRequest, type FacadeResponse, readJsonBody, sendJson, whenGone } from "../http.ts";
import type { Facade } from "../index.ts";
import { Query } from "../query.ts";
import type { RouteHandler } from "../routes.ts";
import { modelWriter } from "./models.ts";
import { type ResponsesDeps, responsesRoutes } from "./responses.ts";

export interface OpenaiFacadeDeps extends ResponsesDeps {
  readonly gateway: Gateway;
  /** openai-chat. */
  readonly chat: Dialect;
  /** openai-completions. */
  readonly completions: Dialect;
  readonly listModels: (signal: AbortSignal) => Promise<ListedModel[]>;
  readonly pricing: () => Pricing;
  /** The most bytes of a request's body. */
  readonly bodyLimit: number;
  readonly keepAliveMs: number;
}

/** What the OpenAI SDKs call, as openapi/openai.yaml describes it. */
export function openaiFacade(deps: OpenaiFacadeDeps): Facade {
  const { gateway, chat, completions, listModels, pricing, bodyLimit, keepAliveMs } = deps;

  const asking =
    (dialect: Dialect): RouteHandler =>
    async (request, response) => {
      const body = await readJsonBody(request, bodyLimit);
      const call = callOf("openai", request, dialect.request.peek(body), wireRequest(dialect, body));
      await answer({ gateway, dialect, keepAliveMs }, call, request, response);
    };

  async function models(request: FacadeRequest, response: FacadeResponse): Promise<void> {
    const list = await modelList(request, response);
    await sendJson(request, response, { object: "list", data: list.data } satisfies components["schemas"]["ModelList"]);
  }

  /** Without the version, apantli's clients ask for them as well, and look at `models`. */
  async function pricedModels(request: FacadeRequest, response: FacadeResponse): Promise<void> {
    const { listed, prices, data } = await modelList(request, response);
    const models = listed.map((model) => pricedModelOf(model, prices));
    await sendJson(request, response, {
      object: "list",
      data,
      models,
    } satisfies Causeway["schemas"]["PricedModelList"]);
  }

  async function modelList(request: FacadeRequest, response: FacadeResponse) {
    const describe = modelWriter(new Query(request));
    const listed = await listModels(whenGone(response));
    const prices = pricing();
    return { listed, prices, data: listed.map((model) => describe(model, prices)) };
  }

  async function model(request: FacadeRequest, response: FacadeResponse, id: string): Promise<void> {
    const describe = modelWriter(new Query(request));
    const found = (await listModels(whenGone(response))).find((listed) => listed.id === id);
    if (found === undefined) {
      throw new GatewayError("model_not_found", `Model '${id}' not found. GET /v1/models lists those there are.`, {
        param: "model",
      });
    }
    await sendJson(request, response, describe(found, pricing()));
  }

  async function embeddings(request: FacadeRequest, response: FacadeResponse): Promise<void> {
    const body = await readJsonBody(request, bodyLimit);
    await embed({ gateway, dialect: chat, facade: "openai" }, body, undefined, request, response);
  }

  const routes: Facade["routes"] = {
    "/chat/completions": { POST: asking(chat) },
    "/completions": { POST: asking(completions) },
    "/embeddings": { POST: embeddings },
    "/models": { GET: models },
    "/models/*": { GET: model },
    ...responsesRoutes(deps),
  };
  return {
    // SDKs of old, and some tools, leave the version out of the path
    routes: {
      ...routes,
      ...Object.fromEntries(Object.entries(routes).map(([path, methods]) => [`/v1${path}`, methods])),
      "/models": { GET: pricedModels },
    },
    errors: chat,
    owns: () => true,
  };
}
