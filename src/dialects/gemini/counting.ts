import type { ChatRequest } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import { refuseBroken } from "../../core/broken-json.ts";
import type { CountingCodec, RequestTarget, WrittenRequest } from "../../core/dialect.ts";
import { malformedAnswer } from "../../core/malformed.ts";
import { count, isRecord } from "../../core/wire-values.ts";
import { toJson } from "../../lib/json-text.ts";
import { reportedError } from "./error.ts";
import { GoogleObject } from "./google-object.ts";
import { readRequest, writeRequest } from "./request.ts";
import { modelPath, wordsOf } from "./wire.ts";

/**
 * "Counting tokens" (ai.google.dev/api/tokens). Beside bare contents the Gemini API takes a whole request, so that
 * instructions and tools count. Vertex AI takes those beside the contents.
 */
export const countingCodec: CountingCodec = {
  request: {
    read: (body) =>
      refuseBroken(() => {
        const wire = GoogleObject.of(body);
        return readRequest(wire.object("generateContentRequest") ?? wire);
      }),
    write,
  },
  answer: { read, write: (totalTokens) => toJson({ totalTokens }) },
};

function write(chat: ChatRequest, target: RequestTarget): WrittenRequest {
  const { members, dropped, emulated } = writeRequest(chat, target);
  const { contents, systemInstruction, tools, generationConfig } = members;
  const body = wordsOf(target.model, target.variant).vertex
    ? { contents, systemInstruction, tools, generationConfig }
    : { generateContentRequest: { model: modelPath(target.model), ...members } };
  return { body: toJson(body), dropped, emulated };
}

function read(wire: unknown): number {
  const error = reportedError(wire);
  if (error !== undefined) throw error;
  const tokens = isRecord(wire) ? count(wire.totalTokens) : undefined;
  if (tokens !== undefined) return tokens;
  throw malformedAnswer("is no count of tokens: it has no 'totalTokens'");
}
