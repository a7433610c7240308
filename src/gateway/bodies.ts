import { type JsonValue, toJson } from "@bufbuild/protobuf";
import { ChatRequestSchema } from "../../gen/causeway/chat/v1/chat_pb.ts";
import { CreateEmbeddingsRequestSchema } from "../../gen/causeway/chat/v1/service_pb.ts";
import type { Call, ClientRequest, Exchange, ExchangeBodies } from "../core/exchange.ts";

export interface BodyOptions {
  /** What the ledger keeps: nothing; the request's settings without its contents; or all. */
  readonly mode: "off" | "metadata" | "full";
  /** The most bytes of each body. */
  readonly limit: number;
}

/** From so much of an answer its tokens are estimated when it is cut off, though the ledger keeps none of it. */
const sampleBytes = 16 * 1024;

/** How much of an answer is held until it is settled, in bytes. */
export const keptBytes = ({ mode, limit }: BodyOptions): number => (mode === "full" ? limit : sampleBytes);

/** What the ledger keeps of an exchange's bodies. */
export function bodiesOf(exchange: Exchange, { mode, limit }: BodyOptions): ExchangeBodies | undefined {
  switch (mode) {
    case "off":
      return undefined;
    case "metadata":
      return { request: [Buffer.from(metadataOf(exchange.call))], response: [], truncated: false };
    case "full": {
      const request = requestBytes(exchange.call);
      const truncated = request.length > limit || exchange.keptBytes < exchange.responseBytes;
      return { request: [request.subarray(0, limit)], response: responseBytes(exchange), truncated };
    }
    default:
      return mode satisfies never;
  }
}

/** Without the key: some providers repeat it when they refuse. */
function responseBytes({ status, response, target }: Exchange): readonly Buffer[] {
  const credential = target?.credential;
  if (status === "ok" || credential === undefined) return response;
  return response.map((bytes) =>
    bytes.includes(credential.secret)
      ? Buffer.from(bytes.toString("utf8").replaceAll(credential.secret, credential.masked))
      : bytes,
  );
}

function requestBytes(call: Call): Uint8Array {
  return call.request.kind === "wire"
    ? (call.request.sent ?? call.request.body).bytes
    : Buffer.from(JSON.stringify(contractJson(call.request)));
}

function contractJson(request: Exclude<ClientRequest, { kind: "wire" }>): JsonValue {
  return request.kind === "chat"
    ? toJson(ChatRequestSchema, request.chat)
    : toJson(CreateEmbeddingsRequestSchema, request.embeddings);
}

/** The model, numbers and switches as they are; of everything else only the size, since it can hold what people wrote. */
function metadataOf({ request, model }: Call): string {
  const settings: Record<string, unknown> = { model };
  const note = (key: string, text: string): void => {
    if (key !== "model") settings[key] = /^["[{]/.test(text) ? `(${Buffer.byteLength(text)} bytes)` : JSON.parse(text);
  };
  if (request.kind === "wire") {
    const body = request.sent ?? request.body;
    for (const key of body.keys()) note(key, body.text(key) ?? "null");
  } else {
    for (const [key, value] of Object.entries(contractJson(request) ?? {})) note(key, JSON.stringify(value));
  }
  return JSON.stringify(settings);
}
