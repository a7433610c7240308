import type { components } from "../../../gen/openapi/anthropic.ts";
import type { Dialect } from "../../core/dialect.ts";
import { GatewayError } from "../../core/error.ts";
import type { Gateway } from "../../core/gateway.ts";
import type { ListedModel } from "../../core/routing.ts";
import { answer } from "../answer.ts";
import { callOf, wireRequest } from "../call.ts";
import { count } from "../count.ts";
import { type FacadeRequest, type FacadeResponse, queryOf, readJsonBody, sendJson, whenGone } from "../http.ts";
import type { Facade } from "../index.ts";

export interface AnthropicFacadeDeps {
  readonly gateway: Gateway;
  /** anthropic. */
  readonly dialect: Dialect;
  readonly listModels: (signal: AbortSignal) => Promise<ListedModel[]>;
  /** The most bytes of a request's body. */
  readonly bodyLimit: number;
  readonly keepAliveMs: number;
}

type ModelInfo = components["schemas"]["ModelInfo"];

/** What the Anthropic SDKs and Claude Code call, as openapi/anthropic.yaml describes it. */
export function anthropicFacade(deps: AnthropicFacadeDeps): Facade {
  const { gateway, dialect, listModels, bodyLimit, keepAliveMs } = deps;
  const facade = "anthropic";

  async function messages(request: FacadeRequest, response: FacadeResponse): Promise<void> {
    const body = await readJsonBody(request, bodyLimit);
    const call = callOf(facade, request, dialect.request.peek(body), wireRequest(dialect, body));
    response.setHeader("request-id", call.clientRequestId); // where Anthropic's SDKs look for it
    await answer({ gateway, dialect, keepAliveMs }, call, request, response);
  }

  async function countTokens(request: FacadeRequest, response: FacadeResponse): Promise<void> {
    const body = await readJsonBody(request, bodyLimit);
    await count({ gateway, dialect }, body, undefined, request, response);
  }

  async function models(request: FacadeRequest, response: FacadeResponse): Promise<void> {
    const all = (await listModels(whenGone(response))).map(modelOf);
    await sendJson(request, response, page(all, queryOf(request)));
  }

  async function model(request: FacadeRequest, response: FacadeResponse, id: string): Promise<void> {
    const found = (await listModels(whenGone(response))).find((listed) => listed.id === id);
    if (found !== undefined) return sendJson(request, response, modelOf(found));
    throw new GatewayError("model_not_found", `Model '${id}' not found. GET /v1/models lists those there are.`);
  }

  return {
    routes: {
      "/v1/messages": { POST: messages },
      "/v1/messages/count_tokens": { POST: countTokens },
      "/v1/models": { GET: models },
      "/v1/models/*": { GET: model },
    },
    errors: dialect,
    owns: ({ headers }, path) =>
      path.startsWith("/v1/messages") || (headers["anthropic-version"] !== undefined && path.startsWith("/v1/models")),
  };
}

/** Where it is not known when a model was made, the field has to be there nonetheless, without fractions of a second. */
const modelOf = ({ id, contextWindow, created = 0 }: ListedModel): ModelInfo => ({
  type: "model",
  id,
  display_name: id,
  created_at: new Date(created * 1000).toISOString().replace(".000Z", "Z"),
  ...(contextWindow !== undefined && { max_input_tokens: contextWindow }),
});

/** "List Models": by default 20 models, those behind `after_id` or before `before_id`. */
function page(all: readonly ModelInfo[], query: URLSearchParams): components["schemas"]["ModelList"] {
  const limit = Number(query.get("limit") ?? 20);
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000) {
    throw new GatewayError("invalid_request", "'limit': expected a whole number from 1 to 1000.", { param: "limit" });
  }
  const placeOf = (parameter: string): number | undefined => {
    const id = query.get(parameter);
    if (id === null) return undefined;
    const place = all.findIndex((model) => model.id === id);
    if (place >= 0) return place;
    throw new GatewayError("invalid_request", `'${parameter}': there is no model '${id}'.`, { param: parameter });
  };
  const before = placeOf("before_id");
  const end = before ?? all.length;
  const start = before === undefined ? (placeOf("after_id") ?? -1) + 1 : Math.max(0, end - limit);
  const data = all.slice(start, Math.min(end, start + limit));
  return {
    data,
    has_more: before === undefined ? start + limit < all.length : start > 0,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
  };
}
