import { create } from "@bufbuild/protobuf";
import { type Usage, UsageSchema, UsageSource } from "../../../gen/causeway/chat/v1/usage_pb.ts";
import type { components } from "../../../gen/openapi/causeway.ts";
import { refuseBroken } from "../../core/broken-json.ts";
import { invalidRequest, missingModel } from "../../core/invalid-request.ts";
import type { ListedModel } from "../../core/routing.ts";
import { knownUsd, perToken } from "../../core/usd.ts";
import { WireObject } from "../../core/wire-object.ts";
import type { JsonMembers } from "../../lib/json-members.ts";
import { readJsonBody, sendJson, whenGone } from "../http.ts";
import type { RouteHandler } from "../routes.ts";
import type { RotatorFacadeDeps } from "./index.ts";

type Schemas = components["schemas"];

/** How many tokens a chat has. */
export function tokenCount({ gateway, chat, bodyLimit }: RotatorFacadeDeps): RouteHandler {
  return async (request, response) => {
    const body = await readJsonBody(request, bodyLimit);
    refuseBroken(() => requireAll(body, ["model", "messages"]));
    const counted = await gateway.count(chat.request.read(body), chat, whenGone(response));
    const headers = { "causeway-counted-by": encodeURI(counted.countedBy) };
    await sendJson(request, response, { token_count: counted.inputTokens } satisfies Schemas["TokenCount"], headers);
  };
}

function requireAll(body: JsonMembers, fields: readonly string[]): void {
  const missing = fields.filter((field) => isEmpty(body, field));
  const [first] = missing;
  if (first === undefined) return;
  const names = missing.map((field) => `'${field}'`).join(" and ");
  const [verb, forms] = missing.length === 1 ? ["is", "It has"] : ["are", "They have"];
  throw invalidRequest(first, `${names} ${verb} missing. ${forms} the form that /v1/chat/completions takes.`);
}

/** Without parsing what may be a whole conversation. */
function isEmpty(body: JsonMembers, field: string): boolean {
  const span = body.span(field);
  if (span === undefined) return true;
  return span.end - span.start < 16 && /^(?:null|""|\[\s*\])$/.test(body.text(field) ?? "");
}

/** What so many tokens cost. */
export function costEstimate({ listModels, providerOf, pricing, clock, bodyLimit }: RotatorFacadeDeps): RouteHandler {
  return async (request, response) => {
    const body = await readJsonBody(request, bodyLimit);
    const { model, usage } = refuseBroken(() => readEstimate(new WireObject(body.value(), "")));
    const place = placeOf(model, await listModels(whenGone(response)), providerOf);
    const prices = pricing();
    const { costNanoUsd, version } = prices.price(place.provider, place.model, usage, clock.now());
    const rates = prices.perMillion(place.provider, place.model);
    await sendJson(request, response, {
      model,
      cost: knownUsd(costNanoUsd),
      currency: "USD",
      pricing: rates
        ? {
            input_cost_per_token: Number(perToken(rates.input)),
            output_cost_per_token: Number(perToken(rates.output)),
          }
        : {},
      source: costNanoUsd === null ? "unknown" : version,
      ...(costNanoUsd === null && {
        error: `The price of '${model}' is unknown. Say it in the configuration, under 'prices'.`,
      }),
    } satisfies Schemas["CostEstimate"]);
  };
}

const counts = ["prompt_tokens", "completion_tokens", "cache_read_tokens", "cache_creation_tokens"] as const;

/** The tokens of the cache are counted beside those of the prompt here, and are part of them in the contract. */
function readEstimate(wire: WireObject): { readonly model: string; readonly usage: Usage } {
  const model = wire.string("model") ?? "";
  if (model === "") throw missingModel();
  const [prompt, output, read, written] = counts.map((name) => wire.count(name));
  if (prompt === undefined && output === undefined && read === undefined && written === undefined) {
    throw invalidRequest("prompt_tokens", `There are no tokens to estimate: send one of ${counts.join(", ")}.`);
  }
  const usage = create(UsageSchema, {
    inputTokens: (prompt ?? 0) + (read ?? 0) + (written ?? 0),
    cacheReadTokens: read ?? 0,
    cacheWrite5mTokens: written ?? 0,
    outputTokens: output ?? 0,
    source: UsageSource.ESTIMATED,
  });
  return { model, usage };
}

/** Where a name leads: as listed, else as "provider/model", or to the provider that is known for such names. */
function placeOf(
  name: string,
  listed: readonly ListedModel[],
  providerOf: RotatorFacadeDeps["providerOf"],
): Pick<ListedModel, "provider" | "model"> {
  const known = listed.find(({ id }) => id === name) ?? listed.find(({ model, alias }) => model === name && !alias);
  if (known !== undefined) return known;
  const slash = name.indexOf("/");
  if (slash < 0) return { provider: providerOf(name) ?? "", model: name };
  return { provider: name.slice(0, slash), model: name.slice(slash + 1) };
}
