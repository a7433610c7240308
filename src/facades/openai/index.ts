import type { components } from "../../../gen/openapi/openai.ts";
import type { Dialect } from "../../core/dialect.ts";
import { GatewayError } from "../../core/error.ts";
import type { Call } from "../../core/exchange.ts";
import type { Gateway } from "../../core/gateway.ts";
import type { ListedModel } from "../../core/ports.ts";
import { answer } from "../answer.ts";
import { type FacadeRequest, type FacadeResponse, readJsonBody, sendWhole } from "../http.ts";
import type { Routes } from "../routes.ts";

export interface OpenaiFacadeDeps {
  readonly gateway: Gateway;
  /** openai-chat. */
  readonly chat: Dialect;
  readonly listModels: (signal: AbortSignal) => Promise<ListedModel[]>;
  /** The most bytes of a request's body. */
  readonly bodyLimit: number;
}

type Model = components["schemas"]["Model"];

/** What the OpenAI SDKs call, as openapi/openai.yaml describes it. */
export function openaiRoutes({ gateway, chat, listModels, bodyLimit }: OpenaiFacadeDeps): Routes {
  async function complete(request: FacadeRequest, response: FacadeResponse): Promise<void> {
    const body = await readJsonBody(request, bodyLimit);
    const { model, stream, usageWanted } = chat.request.peek(body);
    const call: Call = {
      facade: "openai",
      model,
      stream,
      usageWanted,
      strict: request.headers["causeway-strict"] === "true",
      clientRequestId: requestIdOf(request),
      request: { kind: "wire", dialect: chat, body },
    };
    await answer(gateway, call, chat, request, response);
  }

  async function models(request: FacadeRequest, response: FacadeResponse): Promise<void> {
    const data = (await listModels(whenGone(response))).map(modelOf);
    await sendJson(request, response, { object: "list", data } satisfies components["schemas"]["ModelList"]);
  }

  async function model(request: FacadeRequest, response: FacadeResponse, id: string): Promise<void> {
    const found = (await listModels(whenGone(response))).find((listed) => listed.id === id);
    if (found === undefined) {
      throw new GatewayError("model_not_found", `Model '${id}' not found. GET /v1/models lists those there are.`, {
        param: "model",
      });
    }
    await sendJson(request, response, modelOf(found));
  }

  const chatRoute = { POST: complete };
  return {
    "/v1/chat/completions": chatRoute,
    "/chat/completions": chatRoute,
    "/v1/models": { GET: models },
    "/v1/models/*": { GET: model },
  };
}

/** When a model was made is not known; the field has to be there. */
const modelOf = ({ id, provider }: ListedModel): Model => ({ id, object: "model", created: 0, owned_by: provider });

async function sendJson(request: FacadeRequest, response: FacadeResponse, value: object): Promise<void> {
  await sendWhole(request, response, { "content-type": "application/json" }, Buffer.from(JSON.stringify(value)));
}

function requestIdOf({ headers }: FacadeRequest): string {
  const id = headers["x-request-id"];
  return typeof id === "string" ? id : "";
}

function whenGone(response: FacadeResponse): AbortSignal {
  const gone = new AbortController();
  response.on("close", () => gone.abort());
  return gone.signal;
}
