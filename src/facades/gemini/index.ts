import type { components } from "../../../gen/openapi/gemini.ts";
import type { Dialect } from "../../core/dialect.ts";
import { GatewayError } from "../../core/error.ts";
import type { Gateway } from "../../core/gateway.ts";
import type { ListedModel } from "../../core/routing.ts";
import { answer } from "../answer.ts";
import { callOf, wireRequest } from "../call.ts";
import { count } from "../count.ts";
import { embed } from "../embed.ts";
import { type FacadeRequest, type FacadeResponse, queryOf, readJsonBody, sendJson, whenGone } from "../http.ts";
import type { Facade } from "../index.ts";
import type { Routes } from "../routes.ts";
import { jsonArray } from "./json-array.ts";

export interface GeminiFacadeDeps {
  readonly gateway: Gateway;
  /** gemini. */
  readonly dialect: Dialect;
  readonly listModels: (signal: AbortSignal) => Promise<ListedModel[]>;
  /** The most bytes of a request's body. */
  readonly bodyLimit: number;
  readonly keepAliveMs: number;
}

type Model = components["schemas"]["Model"];

const methods = ["generateContent", "streamGenerateContent", "countTokens", "embedContent", "batchEmbedContents"];

/** What Google's Gen AI SDKs call, as openapi/gemini.yaml describes it. */
export function geminiFacade({ gateway, dialect, listModels, bodyLimit, keepAliveMs }: GeminiFacadeDeps): Facade {
  /** `stream`: as events, as one JSON array, or not. */
  async function generate(
    request: FacadeRequest,
    response: FacadeResponse,
    model: string,
    stream: "events" | "array" | undefined,
  ): Promise<void> {
    const body = await readJsonBody(request, bodyLimit);
    dialect.request.peek(body);
    const peek = { model, stream: stream !== undefined, usageWanted: true };
    const call = callOf("gemini", request, peek, wireRequest(dialect, body));
    const layout = stream === "array" ? jsonArray() : undefined;
    await answer({ gateway, dialect, keepAliveMs, layout }, call, request, response);
  }

  async function post(request: FacadeRequest, response: FacadeResponse, rest: string): Promise<void> {
    const { model, method } = readRest(rest);
    switch (method) {
      case "generateContent":
        return generate(request, response, model, undefined);
      case "streamGenerateContent":
        return generate(request, response, model, queryOf(request).get("alt") === "sse" ? "events" : "array");
      case "countTokens":
        return count({ gateway, dialect }, await readJsonBody(request, bodyLimit), model, request, response);
      case "embedContent":
      case "batchEmbedContents": {
        const body = await readJsonBody(request, bodyLimit);
        return embed({ gateway, dialect, facade: "gemini" }, body, model, request, response);
      }
      default:
        throw new GatewayError(
          "not_found",
          `There is no method '${method}' of a model. Those there are: ${methods.join(", ")}.`,
        );
    }
  }

  /** "models.list": 50 models a page unless `pageSize` says more. A page's token is the place of its first model. */
  async function models(request: FacadeRequest, response: FacadeResponse): Promise<void> {
    const all = (await listModels(whenGone(response))).map(modelOf);
    const query = queryOf(request);
    const size = Math.min(Number(query.get("pageSize") ?? query.get("page_size") ?? 50) || 50, 1000);
    const from = Number(query.get("pageToken") ?? query.get("page_token") ?? 0);
    if (!Number.isInteger(size) || size < 1 || !Number.isInteger(from) || from < 0) {
      throw new GatewayError("invalid_request", "'pageSize' and 'pageToken' have to be whole numbers from 1 and 0.");
    }
    const next = from + size;
    const page: components["schemas"]["ListModelsResponse"] = { models: all.slice(from, next) };
    if (next < all.length) page.nextPageToken = String(next);
    await sendJson(request, response, page);
  }

  async function model(request: FacadeRequest, response: FacadeResponse, id: string): Promise<void> {
    const found = (await listModels(whenGone(response))).find((listed) => listed.id === id);
    if (found !== undefined) return sendJson(request, response, modelOf(found));
    throw new GatewayError("model_not_found", `Model '${id}' not found. GET /v1beta/models lists those there are.`);
  }

  const below = (version: string): Routes => ({
    [`/${version}/models`]: { GET: models },
    [`/${version}/models/*`]: { GET: model, POST: post },
  });
  return {
    routes: { ...below("v1beta"), ...below("v1") },
    errors: dialect,
    owns: (request, path) =>
      path.startsWith("/v1beta/") || (path.startsWith("/v1/models") && isGooglesV1(request, path)),
  };
}

/** OpenAI's models have the same path; Google's SDKs show their key in another way, and its methods have a colon. */
const isGooglesV1 = (request: FacadeRequest, path: string): boolean =>
  (request.method === "POST" && path.includes(":")) ||
  request.headers["x-goog-api-key"] !== undefined ||
  queryOf(request).has("key");

/** "gemini-2.5-pro:generateContent". A model's own name may hold a colon. */
function readRest(rest: string): { readonly model: string; readonly method: string } {
  const colon = rest.lastIndexOf(":");
  if (colon > 0) return { model: rest.slice(0, colon), method: rest.slice(colon + 1) };
  throw new GatewayError(
    "not_found",
    `'${rest}' names no method. Say which, for example /v1beta/models/${rest || "name"}:generateContent.`,
  );
}

const modelOf = ({ id, contextWindow }: ListedModel): Model => ({
  name: `models/${id}`,
  displayName: id,
  ...(contextWindow !== undefined && { inputTokenLimit: contextWindow }),
  supportedGenerationMethods: ["generateContent", "streamGenerateContent", "countTokens"],
});
