import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import type { Settlement } from "../../gen/causeway/chat/v1/service_pb.ts";
import { UsageSource } from "../../gen/causeway/chat/v1/usage_pb.ts";
import { type RequestRow, Status } from "../../gen/causeway/stats/v1/stats_pb.ts";
import type { Client, ClientKind } from "./clients/client.ts";
import { clientKinds } from "./clients/index.ts";
import type { Conversation, Outcome, ToolCall } from "./conversation.ts";
import { clearCredentials } from "./credentials.ts";
import { type Case, caseOf, errorFor } from "./expectation.ts";
import { type RunningGateway, startGateway } from "./gateway.ts";
import { type Scenario, scenarios } from "./scenarios.ts";
import { upstreamKinds } from "./upstreams/index.ts";
import type { RunningUpstream, UpstreamKind } from "./upstreams/upstream.ts";

/** Every scenario, by every client, at every provider, whole and streamed. */

const key = "causeway-scenario-key";
const running = new Map<UpstreamKind, RunningUpstream>();
const clients = new Map<ClientKind, Client>();
let gateway: RunningGateway;

beforeAll(async () => {
  for (const kind of upstreamKinds) running.set(kind, await kind.start(scenarios));
  const providers = [...running].flatMap(([{ name }, { provider }]) =>
    provider === undefined ? [] : [[name, provider]],
  );
  gateway = await startGateway({
    access: { keys: [key] },
    providers: Object.fromEntries(providers),
    models: Object.fromEntries(scenarios.map(({ slug }) => [aliasOf(slug), `aimock/${slug}`])),
    prices: [{ model: "aimock/*", input: 1, output: 2 }],
    routing: { retries: 0, breaker: false }, // each failure is looked at by itself
  });
  for (const kind of clientKinds) clients.set(kind, kind.connect(gateway.url, key));
});

afterAll(async () => {
  for (const client of clients.values()) client.close();
  await gateway[Symbol.asyncDispose]();
  for (const upstream of running.values()) await upstream.close();
});

const aliasOf = (slug: string): string => `my-${slug}`;

/** aimock's models are asked for by alias, those of the others by provider and name. */
const nameOf = (upstream: UpstreamKind, scenario: Scenario): string =>
  upstream.name === "aimock" ? aliasOf(scenario.slug) : `${upstream.name}/${upstream.model(scenario)}`;

function clientOf(kind: ClientKind): Client {
  const client = clients.get(kind);
  if (client === undefined) throw new Error(`${kind.name} is not connected`);
  return client;
}

describe.each(upstreamKinds.map((upstream) => [upstream.name, upstream] as const))("at %s", (_, upstream) => {
  describe.each(clientKinds.map((kind) => [kind.name, kind] as const))("asked by %s", (_, kind) => {
    describe.each([
      ["whole", false],
      ["streamed", true],
    ] as const)("%s", (_, stream) => {
      for (const scenario of scenarios) {
        const expected = caseOf(scenario, upstream, stream);
        if ("skip" in expected) test.skip(`${scenario.name}: ${expected.skip}`);
        else test(scenario.name, () => checkCase(scenario, expected, upstream, kind, stream));
      }
    });
  });
});

async function checkCase(
  scenario: Scenario,
  expected: Case,
  upstream: UpstreamKind,
  kind: ClientKind,
  stream: boolean,
): Promise<void> {
  const model = nameOf(upstream, scenario);
  const outcome = await clientOf(kind).ask({ model, conversation: expected.conversation, stream });
  checkOutcome(outcome, expected, kind, stream);

  const id = outcome.headers.get("causeway-request-id");
  if (id === undefined) throw new Error("the answer has no causeway-request-id");
  expect(outcome.headers.get("causeway-target")).toBe(`${upstream.name}/${upstream.model(scenario)}`);
  const row = await gateway.ledger.row(id); // no waiting: it was settled before the answer ended
  expect(row).toMatchObject({
    id,
    facade: kind.facade,
    clientDialect: kind.clientDialect,
    upstreamDialect: upstream.name === "demo" && kind.clientDialect !== "causeway" ? kind.clientDialect : "openai-chat",
    alias: model,
    provider: upstream.name,
    model: upstream.model(scenario),
    stream,
    attempts: 1,
    dropped: [],
  });
  checkRow(row, outcome, expected, upstream);
  if (expected.error?.retryAfterMs !== undefined) await clearCredentials(gateway.url, key, upstream.name);
  if (outcome.settlement !== undefined) checkSettlement(outcome.settlement, row);

  const request = running.get(upstream)?.lastRequest(upstream.model(scenario));
  if (request !== undefined) checkRequest(request, expected.conversation, stream, kind);
}

const wordOf = (native: string): "stop" | "length" | "tool_calls" => {
  if (native === "stop" || native === "length" || native === "tool_calls") return native;
  throw new Error(`no scenario ends with ${native}`);
};

/** Byte for byte, where the library hands out what came. */
function checkCalls(
  calls: readonly ToolCall[],
  expected: readonly ToolCall[],
  { parsesArguments = "never" }: ClientKind,
  stream: boolean,
): void {
  if (parsesArguments === "never" || (parsesArguments === "whole" && stream)) expect(calls).toEqual(expected);
  else {
    const parsed = (call: ToolCall) => ({ ...call, arguments: JSON.parse(call.arguments) });
    expect(calls.map(parsed)).toEqual(expected.map(parsed));
  }
}

function checkOutcome(outcome: Outcome, expected: Case, kind: ClientKind, stream: boolean): void {
  const { error } = expected;
  if (error === undefined) expect(outcome.error).toBeUndefined();
  else {
    expect(outcome.error).toMatchObject(errorFor(kind, error));
    expect(outcome.error?.retryAfterMs).toBe(error.retryAfterMs);
    if (error.message !== undefined) expect(outcome.error?.message).toContain(error.message);
  }
  const { text } = expected;
  if ("is" in text) expect(outcome.text).toBe(text.is);
  else if ("includes" in text) for (const part of text.includes) expect(outcome.text).toContain(part);
  else {
    expect(outcome.text).not.toBe("");
    expect(outcome.text).not.toBe(text.beginningOf);
    expect(text.beginningOf.startsWith(outcome.text)).toBe(true);
  }
  checkCalls(outcome.calls, expected.calls, kind, stream);
  const { unified, native } = expected.finish;
  expect(outcome.finish).toEqual({
    unified: kind.errors === "rpc" ? unified : undefined,
    native: native === undefined ? undefined : (kind.finish?.[wordOf(native)] ?? native),
  });
  if (expected.usage === "any")
    expect(outcome.usage).toEqual({ input: expect.any(Number), output: expect.any(Number) });
  else expect(outcome.usage).toEqual(expected.usage);
}

function checkRow(row: RequestRow, outcome: Outcome, expected: Case, upstream: UpstreamKind): void {
  const { error } = expected;
  expect(row).toMatchObject({
    status: error === undefined ? Status.OK : Status.ERROR,
    errorCode: error?.rpc.code ?? "",
    finishReason: expected.finish.unified?.toLowerCase() ?? "",
  });
  if (error?.message !== undefined) expect(row.errorMessage).toContain(error.message);
  const { usage } = row;
  if (outcome.usage !== undefined) {
    const { input, output } = outcome.usage;
    expect(input).toBeGreaterThan(0);
    expect(usage).toMatchObject({ inputTokens: input, outputTokens: output, source: UsageSource.REPORTED });
    expect(row.costNanoUsd).toBe(costOf(upstream, input, output));
  } else if (outcome.text !== "") {
    expect(usage).toMatchObject({ source: UsageSource.PARTIAL });
    expect(usage?.inputTokens).toBeGreaterThan(0);
    expect(usage?.outputTokens).toBeGreaterThan(0);
  } else expect(usage).toBeUndefined();
}

/** What the client is told is what the ledger has. */
function checkSettlement(settlement: Settlement, row: RequestRow): void {
  const { requestId, provider, model, usage, costNanoUsd, dropped } = settlement;
  expect({ id: requestId, provider, model, usage, costNanoUsd, dropped }).toEqual({
    id: row.id,
    provider: row.provider,
    model: row.model,
    usage: row.usage,
    costNanoUsd: row.costNanoUsd,
    dropped: row.dropped,
  });
}

/** In nano-dollars: aimock's prices are configured, the demo is free, and nobody knows what the scripted server asks. */
function costOf({ name }: UpstreamKind, input: number, output: number): bigint | undefined {
  switch (name) {
    case "aimock":
      return BigInt(input) * 1000n + BigInt(output) * 2000n;
    case "demo":
      return 0n;
    default:
      return undefined;
  }
}

const textSchema = z
  .union([z.string(), z.array(z.object({ type: z.literal("text"), text: z.string() }))])
  .transform((content) => (typeof content === "string" ? content : content.map(({ text }) => text).join("")));

const requestSchema = z.object({
  stream: z.boolean().default(false),
  stream_options: z.object({ include_usage: z.boolean() }).optional(),
  max_tokens: z.number().optional(),
  messages: z.array(
    z.object({
      role: z.string(),
      content: textSchema.nullish().transform((content) => content ?? undefined),
      tool_call_id: z.string().optional(),
      tool_calls: z
        .array(
          z.object({
            id: z.string(),
            type: z.literal("function"),
            function: z.object({ name: z.string(), arguments: z.string() }),
          }),
        )
        .optional(),
    }),
  ),
  tools: z
    .array(
      z.object({
        type: z.literal("function"),
        function: z.object({ name: z.string(), description: z.string(), parameters: z.unknown() }),
      }),
    )
    .optional(),
});

/** Whether the provider was asked what the client said. */
function checkRequest(
  request: unknown,
  { system, turns, tools, maxTokens }: Conversation,
  stream: boolean,
  { parsesArguments = "never", defaultMaxTokens }: ClientKind,
): void {
  const read = requestSchema.parse(request);
  expect(read.stream).toBe(stream);
  expect(read.stream_options?.include_usage).toBe(stream ? true : undefined);
  expect(read.max_tokens).toBe(maxTokens ?? defaultMaxTokens);
  const prompt = system === undefined ? [] : [{ role: "system", content: system }];
  // a library that wants arguments parsed has written them anew
  const written = (text: string): string => (parsesArguments === "never" ? text : JSON.stringify(JSON.parse(text)));
  expect(read.messages).toEqual([
    ...prompt,
    ...turns.map((turn) => {
      if (turn.role === "user") return { role: "user", content: turn.text };
      if (turn.role === "tool") return { role: "tool", content: turn.text, tool_call_id: turn.callId };
      const calls = turn.calls?.map(({ id, name, arguments: text }) => ({
        id,
        type: "function",
        function: { name, arguments: written(text) },
      }));
      return { role: "assistant", content: turn.text, tool_calls: calls };
    }),
  ]);
  expect(read.tools).toEqual(
    tools?.map(({ name, description, parameters }) => ({
      type: "function",
      function: { name, description, parameters: JSON.parse(parameters) },
    })),
  );
}
