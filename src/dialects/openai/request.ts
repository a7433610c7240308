import type { ChatRequest } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import type { RequestPeek, RequestTarget } from "../../core/dialect.ts";
import { GatewayError } from "../../core/error.ts";
import type { Members } from "../../core/extensions.ts";
import { missingModel } from "../../core/invalid-request.ts";
import { WireObject } from "../../core/wire-object.ts";
import { isRecord, type Wire } from "../../core/wire-values.ts";
import { finite, nonEmpty, writeMap } from "../../core/written.ts";
import type { JsonMembers } from "../../lib/json-members.ts";
import { RawJson } from "../../lib/json-text.ts";

/** What requests for OpenAI's chats, completions and embeddings have in common. */

/** The model, and the form of the answer. Throws GatewayError. */
export function peekHead(body: JsonMembers): RequestPeek {
  const model = body.get("model") ?? "";
  if (model === "") throw missingModel();
  const head = new WireObject({ model, stream: body.get("stream"), stream_options: body.get("stream_options") }, "");
  const stream = head.boolean("stream") ?? false;
  const isUsageWanted = head.object("stream_options")?.boolean("include_usage") ?? false;
  return { model: head.string("model") ?? "", stream, usageWanted: stream && isUsageWanted, ...peekNotes(body) };
}

/** What the call is counted under. What is of another form is left to whoever reads the request. */
export function peekNotes(body: JsonMembers): Pick<RequestPeek, "endUserId" | "metadata"> {
  const user = body.get("safety_identifier") ?? body.get("user");
  const metadata = body.get("metadata");
  return {
    endUserId: typeof user === "string" ? user : undefined,
    metadata: isRecord(metadata) ? textsIn(metadata) : undefined,
  };
}

const textsIn = (entries: Wire): Record<string, string> =>
  Object.fromEntries(
    Object.entries(entries).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );

/** Usage is asked for in every stream: the ledger needs it. Whether the client sees it is decided on the way back. */
export function relayRequest(body: JsonMembers, target: RequestTarget): Uint8Array {
  const model = JSON.stringify(target.model);
  if (!target.stream) return body.with({ model });
  const options = new WireObject({ stream_options: body.get("stream_options") }, "").object("stream_options");
  if (options?.boolean("include_usage") === true) return body.with({ model });
  return body.with({ model, stream_options: JSON.stringify({ ...options?.value, include_usage: true }) });
}

type Sampling = Pick<
  ChatRequest,
  "temperature" | "topP" | "n" | "stop" | "seed" | "frequencyPenalty" | "presencePenalty" | "logitBias" | "endUserId"
>;

/** How an answer's tokens are chosen, and on whose behalf. */
export const readSampling = (wire: WireObject, body: JsonMembers): Sampling => ({
  temperature: wire.number("temperature"),
  topP: wire.number("top_p"),
  n: wire.count("n"),
  stop: readStop(wire),
  seed: readSeed("seed", wire, body),
  frequencyPenalty: wire.number("frequency_penalty"),
  presencePenalty: wire.number("presence_penalty"),
  logitBias: readMap(wire.object("logit_bias"), (map, key) => map.required(key, map.number(key), "a number")),
  endUserId: wire.string("user") ?? "",
});

export const writeSampling = (chat: Sampling): Members => ({
  temperature: finite("temperature", chat.temperature),
  top_p: finite("top_p", chat.topP),
  n: chat.n,
  stop: nonEmpty(chat.stop),
  seed: chat.seed === undefined ? undefined : new RawJson(chat.seed.toString()),
  frequency_penalty: finite("frequency_penalty", chat.frequencyPenalty),
  presence_penalty: finite("presence_penalty", chat.presencePenalty),
  logit_bias: writeMap(chat.logitBias, (bias, key) => finite(`logit_bias.${key}`, bias)),
  user: chat.endUserId || undefined,
});

function readStop(wire: WireObject): string[] {
  const stop = wire.raw("stop");
  return typeof stop === "string" ? [stop] : (wire.strings("stop") ?? []);
}

const greatestInt64 = 2n ** 63n - 1n;

/** From the text: a seed may have more digits than a JavaScript number. */
export function readSeed(field: string, wire: WireObject, body: JsonMembers): bigint | undefined {
  const value = wire.number(field);
  if (value === undefined) return undefined;
  if (Number.isSafeInteger(value)) return BigInt(value);
  const written = body.text(field) ?? "";
  const seed = /^-?\d+$/.test(written) ? BigInt(written) : undefined;
  if (seed !== undefined && seed <= greatestInt64 && seed >= -greatestInt64 - 1n) return seed;
  const message = `'${field}': expected a whole number of 64 bits, found ${written.slice(0, 40)}.`;
  throw new GatewayError("invalid_request", message, { param: field });
}

export function readMap<T>(
  wire: WireObject | undefined,
  readValue: (map: WireObject, key: string) => T,
): Record<string, T> {
  if (wire === undefined) return {};
  return Object.fromEntries(Object.keys(wire.value).map((key) => [key, readValue(wire, key)]));
}
