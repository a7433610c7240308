import type { ChatRequest } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import { refuseBroken } from "../../core/broken-json.ts";
import type { CountingCodec, RequestTarget, WrittenRequest } from "../../core/dialect.ts";
import type { Members } from "../../core/extensions.ts";
import { malformedAnswer } from "../../core/malformed.ts";
import { count, isRecord } from "../../core/wire-values.ts";
import { toJson } from "../../lib/json-text.ts";
import { read, writeBody } from "./request.ts";

/** "Count tokens in a Message" (platform.claude.com/docs/en/api/messages/count_tokens). */
export const countingCodec: CountingCodec = {
  request: { read: (body) => refuseBroken(() => read(body)), write: writeCount },
  answer: { read: readCount, write: (inputTokens) => JSON.stringify({ input_tokens: inputTokens }) },
};

/** What only an answer needs: the endpoint refuses it. */
const ofAnswers: ReadonlySet<string> = new Set([
  "max_tokens",
  "temperature",
  "top_p",
  "top_k",
  "stop_sequences",
  "stream",
  "service_tier",
  "metadata",
  "container",
  "inference_geo",
  "diagnostics",
]);

function writeCount(chat: ChatRequest, target: RequestTarget): WrittenRequest {
  const { body, dropped, emulated } = writeBody(chat, { ...target, stream: false });
  const counted: Members = Object.fromEntries(Object.entries(body).filter(([key]) => !ofAnswers.has(key)));
  return { body: toJson(counted), dropped, emulated };
}

function readCount(wire: unknown): number {
  const tokens = isRecord(wire) ? count(wire.input_tokens) : undefined;
  if (tokens !== undefined) return tokens;
  throw malformedAnswer("has no 'input_tokens'");
}
