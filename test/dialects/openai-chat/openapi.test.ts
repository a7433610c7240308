import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ChatRequest, ChatResponse } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import { ToolKind } from "../../../gen/causeway/chat/v1/content_pb.ts";
import { GatewayError } from "../../../src/core/error.ts";
import { openaiChat } from "../../../src/dialects/openai-chat/index.ts";
import { JsonMembers } from "../../../src/lib/json-members.ts";
import { readEvents } from "../../../src/lib/sse.ts";
import { places, streamed, turns } from "../../contract/events.ts";
import {
  theirNames,
  theirSchemas,
  theirsMissing,
  validateAnswer,
  validateChunk,
  validateError,
  validateRequest,
} from "../../openapi/reference.ts";
import { sample } from "../../openapi/samples.ts";
import { chatResponses } from "./chats.ts";

/** Chunks' tool calls are functions, says the document; custom ones are streamed all the same. */
function withoutCustomCalls(response: ChatResponse): ChatResponse {
  for (const { kind } of response.choices.flatMap(({ message }) => message?.parts ?? [])) {
    if (kind.case === "toolCall") kind.value.kind = ToolKind.FUNCTION;
  }
  return response;
}

/** Vendors' fields may have any name and value, "usage" and "choices" among them. */
function withoutExtensions(response: ChatResponse): ChatResponse {
  const parts = response.choices.flatMap(({ message }) => message?.parts ?? []);
  for (const holder of [response, ...response.choices, ...parts]) holder.extensions = {};
  if (response.usage !== undefined) response.usage.extensions = {};
  return response;
}

const responses = chatResponses.map(withoutExtensions);

function chunksOf(wire: string): unknown[] {
  const chunks: unknown[] = [];
  readEvents(Buffer.from(wire), (data) => {
    if (data !== "[DONE]") chunks.push(JSON.parse(data));
  });
  return chunks;
}

describe.skipIf(theirsMissing)("by OpenAI's own document", () => {
  test("every whole answer is valid", () => {
    fc.assert(
      fc.property(responses, (response) => {
        expect(validateAnswer(JSON.parse(openaiChat.answer.write(response)))).toEqual([]);
      }),
    );
  });

  test("every chunk is valid", () => {
    fc.assert(
      fc.property(
        responses.map(withoutCustomCalls),
        places,
        turns,
        fc.boolean(),
        (response, at, order, usageWanted) => {
          const writer = openaiChat.stream.writer({ usageWanted });
          const wire = writer.write(streamed(response, at, order)) + writer.end();
          for (const chunk of chunksOf(wire)) expect(validateChunk(withoutNullUsage(chunk))).toEqual([]);
        },
      ),
    );
  });

  test("a chunk that comes before any start is valid", () => {
    const writer = openaiChat.stream.writer({ usageWanted: false });
    const events = streamed(fc.sample(responses, { numRuns: 1, seed: 1 })[0] ?? never(), [], []).slice(1);
    for (const chunk of chunksOf(writer.write(events))) expect(validateChunk(chunk)).toEqual([]);
  });

  test("every failure is valid", () => {
    const errors = [
      new GatewayError("missing_model", "Model is required.", { param: "model" }),
      new GatewayError("upstream_cut", "The provider left.", { upstreamStatus: 502, nativeType: "x", nativeCode: "7" }),
    ];
    for (const error of errors) {
      expect(validateError(JSON.parse(openaiChat.error.write(error)))).toEqual([]);
      const [event] = chunksOf(openaiChat.stream.writer({ usageWanted: true }).fail(error));
      expect(validateError(event)).toEqual([]);
    }
  });

  test("every request that the document allows is read, and written again without a loss", () => {
    const target = { model: "gpt-5.6-sol", stream: false };
    const allowed = sample(theirSchemas(), theirNames.request, { unlisted: false })
      .map((request) => mendBase64(request))
      .filter((request) => validateRequest(request).length === 0)
      .filter((request) => !JSON.stringify(request).includes(':""')); // no normal form
    expect(allowed.length).toBeGreaterThan(150);
    for (const request of allowed) {
      const chat = readSensible(JSON.stringify(request));
      if (chat === undefined) continue;
      const written = openaiChat.request.write(chat, target);
      expect({ request, dropped: written.dropped }).toEqual({ request, dropped: [] });
      expect(validateRequest(JSON.parse(written.body))).toEqual([]);
    }
  });
});

/** The field's description says that it is null but in the last chunk; the schema it refers to knows no null. */
function withoutNullUsage(chunk: unknown): unknown {
  if (typeof chunk !== "object" || chunk === null || !("usage" in chunk) || chunk.usage !== null) return chunk;
  const { usage: _, ...rest } = chunk;
  return rest;
}

/** What the document allows and nobody could mean: a negative limit, a file without data, a tool without a name. */
const nonsense = /'max_\w+': .* found -3|file_data': .* found nothing|seed': .* 64 bits|tools\[0\]\.name': .* nothing/;

/** undefined: refused, as nonsense should be. */
function readSensible(body: string): ChatRequest | undefined {
  try {
    return openaiChat.request.read(JsonMembers.scan(Buffer.from(body)));
  } catch (error) {
    if (error instanceof GatewayError && nonsense.test(error.message)) return undefined;
    throw error;
  }
}

/** Samples take base64 for any text. */
function mendBase64(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(mendBase64);
  if (typeof value !== "object" || value === null) return value;
  const isBase64 = (key: string): boolean => key === "data" || key === "file_data";
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, isBase64(k) ? "AAAA" : mendBase64(v)]));
}

function never(): never {
  throw new Error("A sample of one has one");
}
