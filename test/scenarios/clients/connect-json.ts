import { create, fromBinary, fromJsonString, toJsonString } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import * as z from "zod";
import { ErrorDetailSchema } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import {
  CreateChatRequestSchema,
  CreateChatResponseSchema,
  StreamChatRequestSchema,
  StreamChatResponseSchema,
} from "../../../gen/causeway/chat/v1/service_pb.ts";
import type { Failure } from "../conversation.ts";
import { envelope, readEnvelopes } from "../envelopes.ts";
import type { Ask, ClientKind } from "./client.ts";
import { addHeaders, chatRequest, OutcomeBuilder } from "./contract.ts";

/** No library at all: fetch, JSON, and envelopes taken apart by hand (connectrpc.com/docs/protocol). */
export const connectJson: ClientKind = {
  name: "Connect JSON by fetch",
  facade: "connect",
  clientDialect: "causeway",
  errors: "rpc",
  sendsDeadline: true,
  connect: (url, key) => ({
    async ask(ask) {
      const outcome = new OutcomeBuilder(ask.onText);
      try {
        if (ask.stream) await askStream(url, ask, key, outcome);
        else await askWhole(url, ask, key, outcome);
      } catch (thrown) {
        outcome.fail(thrown);
      }
      return outcome.build();
    },
    close() {},
  }),
};

/** An error as Connect writes it. */
const errorSchema = z.object({
  code: z.string(),
  message: z.string().default(""),
  details: z.array(z.object({ type: z.string(), value: z.string() })).default([]),
});

const endSchema = z.object({
  error: errorSchema.optional(),
  metadata: z.record(z.string(), z.array(z.string())).default({}),
});

async function post(
  url: string,
  method: string,
  contentType: string,
  body: string | Buffer,
  ask: Ask,
  key: string | undefined,
) {
  const headers = new Headers(ask.headers);
  headers.set("content-type", contentType);
  headers.set("connect-protocol-version", "1");
  if (key !== undefined) headers.set("authorization", `Bearer ${key}`);
  if (ask.timeoutMs !== undefined) headers.set("connect-timeout-ms", String(ask.timeoutMs));
  const signal = ask.signal ?? null;
  return fetch(`${url}/causeway.chat.v1.ChatService/${method}`, { method: "POST", headers, body, signal });
}

async function askWhole(url: string, ask: Ask, key: string | undefined, outcome: OutcomeBuilder): Promise<void> {
  const request = create(CreateChatRequestSchema, { chat: chatRequest(ask.model, ask.conversation) });
  const body = toJsonString(CreateChatRequestSchema, request);
  const response = await post(url, "CreateChat", "application/json", body, ask, key);
  addHeaders(outcome.headers, response.headers);
  addHeaders(outcome.headers, trailersIn(response.headers));
  const text = await response.text();
  if (response.ok) outcome.addWhole(fromJsonString(CreateChatResponseSchema, text));
  else outcome.failWith(readError(JSON.parse(text)));
}

/** Trailers of a unary answer come as headers with a prefix. */
const trailersIn = (headers: Headers): [string, string][] =>
  [...headers].flatMap(([name, value]) =>
    name.startsWith("trailer-") ? [[name.slice("trailer-".length), value]] : [],
  );

async function askStream(url: string, ask: Ask, key: string | undefined, outcome: OutcomeBuilder): Promise<void> {
  const request = create(StreamChatRequestSchema, { chat: chatRequest(ask.model, ask.conversation) });
  const body = envelope(toJsonString(StreamChatRequestSchema, request));
  const response = await post(url, "StreamChat", "application/connect+json", body, ask, key);
  addHeaders(outcome.headers, response.headers);
  if (!response.ok || response.body === null) throw new Error(`HTTP ${response.status}: ${await response.text()}`);
  for await (const { flags, text } of readEnvelopes(response.body)) {
    if ((flags & 2) === 0) {
      outcome.addStep(fromJsonString(StreamChatResponseSchema, text));
      continue;
    }
    const { error, metadata } = endSchema.parse(JSON.parse(text));
    addHeaders(
      outcome.headers,
      Object.entries(metadata).map(([name, values]) => [name, values.join(", ")]),
    );
    if (error !== undefined) outcome.failWith(readError(error));
    return;
  }
  throw new Error("the stream had no end");
}

/** "invalid_argument" to 3. */
const codes = new Map(
  Object.entries(Code).flatMap(([name, code]) =>
    typeof code === "number" ? [[name.replaceAll(/(?<!^)([A-Z])/g, "_$1").toLowerCase(), code]] : [],
  ),
);

function readError(json: unknown): Failure {
  const { code, message, details } = errorSchema.parse(json);
  const detail = details.find(({ type }) => type === ErrorDetailSchema.typeName);
  const read = detail === undefined ? undefined : fromBinary(ErrorDetailSchema, Buffer.from(detail.value, "base64"));
  return {
    status: codes.get(code) ?? 0,
    code: read?.code ?? "",
    message,
    retryAfterMs: read?.retryAfterMs === 0 ? undefined : read?.retryAfterMs,
  };
}
