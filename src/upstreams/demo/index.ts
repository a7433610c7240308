import { setTimeout as sleep } from "node:timers/promises";
import type { ChatEvent, ChatRequest } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import { type Clock, systemClock } from "../../core/clock.ts";
import type { Dialect, StreamWriter } from "../../core/dialect.ts";
import { type ErrorCode, GatewayError } from "../../core/error.ts";
import { foldEvents } from "../../core/fold.ts";
import type { Operation, Tongue, Upstream, UpstreamAnswer, UpstreamRequest } from "../../core/ports.ts";
import { JsonError } from "../../lib/json.ts";
import { JsonMembers } from "../../lib/json-members.ts";
import { planAnswer } from "./answer.ts";
import { type Delay, DemoBody, type Piece } from "./body.ts";
import { lastUserText } from "./describe.ts";
import { embed } from "./embeddings.ts";
import { answerEvents } from "./events.ts";
import { readScript, type Script, type Trouble } from "./script.ts";
import { countInput } from "./tokens.ts";

export interface DemoOptions {
  /** What it can be spoken to in, its own language first. */
  readonly dialects: readonly Dialect[];
  readonly clock?: Clock;
  readonly delay?: Delay;
}

const name = "demo";
const baseUrl = "builtin:demo";
const inputModalities = ["text", "image", "audio", "video", "document"];
/** As OpenAI's limit. */
const mostAnswers = 128;

/** The demo as configuration knows providers. */
export const demoPreset = {
  name,
  baseUrl,
  envKeys: [],
  keyless: true,
  builtIn: true,
  modelPrefixes: ["demo"],
} as const;

/**
 * A model that needs no network and has no intelligence, and says so. It answers in the bytes of whatever dialect it is
 * asked in, like any provider: what a request brings about is decided by its last user message alone, always in the same
 * way, and told in docs/demo.md. Its tokens are counted by the rule in tokens.ts, and reported.
 */
export function createDemo({ dialects, clock = systemClock, delay = defaultDelay }: DemoOptions): Upstream {
  return {
    name,
    tongues: dialects.map(tongueOf),
    baseUrl,
    scripted: true,
    async ask(request) {
      const { tongue, signal } = request;
      signal.throwIfAborted();
      try {
        return await answer(request, clock, delay);
      } catch (error) {
        if (signal.aborted) throw error; // the reason may be a GatewayError, too, and is no answer
        const refusal = error instanceof JsonError ? new GatewayError("invalid_request", error.message) : error;
        if (!(refusal instanceof GatewayError)) throw error;
        const { status, retryAfterMs } = refusal;
        return wholeAnswer({ status, text: tongue.dialect.error.write(refusal), retryAfterMs }, delay, signal);
      }
    },
    listModels: async () => [{ name, inputModalities }],
    close: async () => {},
  };
}

function tongueOf(dialect: Dialect): Tongue {
  const operations = new Set<Operation>(["chat"]);
  if (dialect.embeddings !== undefined) operations.add("embeddings");
  if (dialect.counting !== undefined) operations.add("count");
  return { dialect, variant: undefined, operations };
}

const defaultDelay: Delay = (ms, signal) => sleep(ms, undefined, { signal });

/** Throws what the demo refuses, or fails with, as a GatewayError with a status. */
async function answer(request: UpstreamRequest, clock: Clock, delay: Delay): Promise<UpstreamAnswer> {
  const { operation, body, model, signal } = request;
  checkModel(model);
  const members = JsonMembers.scan(typeof body === "string" ? Buffer.from(body) : asBuffer(body));
  switch (operation) {
    case "chat":
      return answerChat(request, members, clock, delay);
    case "embeddings":
      return wholeAnswer({ status: 200, text: await answerEmbeddings(request, members) }, delay, signal);
    case "count":
      return wholeAnswer({ status: 200, text: await answerCount(request, members) }, delay, signal);
    default:
      return operation satisfies never;
  }
}

async function answerChat(
  { stream, requestId, tongue: { dialect }, signal }: UpstreamRequest,
  members: JsonMembers,
  clock: Clock,
  delay: Delay,
): Promise<UpstreamAnswer> {
  const chat = dialect.request.read(members);
  checkRequest(chat);
  const script = readScript(lastUserText(chat));
  await begin(script.trouble, stream, signal);

  const count = chat.n ?? 1;
  const answers = Array.from({ length: count }, (_, choice) => planAnswer(chat, script, choice, count));
  const head = { id: `demo-${requestId}`, model: name, created: BigInt(Math.floor(clock.now() / 1000)) };
  const events = answerEvents(chat, head, answers);
  if (!stream) {
    const all = [...events];
    const waitMs = script.slowMs * all.filter(isToken).length;
    const text = dialect.answer.write(foldEvents(all));
    return wholeAnswer({ status: 200, text, waitMs, cut: cutOf(script) }, delay, signal);
  }
  const writer = dialect.stream.writer({ usageWanted: dialect.request.peek(members).usageWanted });
  return {
    status: 200,
    contentType: dialect.stream.contentType,
    retryAfterMs: undefined,
    body: new DemoBody({ pieces: streamPieces(events, writer, script), cut: cutOf(script), delay, signal }),
  };
}

async function answerEmbeddings(
  { tongue: { dialect }, signal }: UpstreamRequest,
  members: JsonMembers,
): Promise<string> {
  const { embeddings } = dialect;
  if (embeddings === undefined) throw new TypeError(`'${dialect.name}' has no embeddings`);
  const request = embeddings.request.read(members);
  await begin(readScript(request.input[0] ?? "").trouble, false, signal);
  return embeddings.answer.write({ ...embed(request), model: name }, request);
}

async function answerCount({ tongue: { dialect }, signal }: UpstreamRequest, members: JsonMembers): Promise<string> {
  const { counting } = dialect;
  if (counting === undefined) throw new TypeError(`'${dialect.name}' has no counting`);
  const chat = counting.request.read(members);
  await begin(readScript(lastUserText(chat)).trouble, false, signal);
  return counting.answer.write(countInput(chat));
}

/** The trouble that comes before any answer. Throws it; never resolves for "/hang". */
async function begin(trouble: Trouble | undefined, stream: boolean, signal: AbortSignal): Promise<void> {
  if (trouble?.kind === "fail") throw failure(trouble.status, trouble.retryAfterMs);
  if (trouble?.kind === "error" && !stream) throw failure(500);
  if (trouble?.kind === "hang") await untilAborted(signal);
}

function checkModel(model: string): void {
  if (model === name) return;
  throw new GatewayError("model_not_found", `There is no model '${model}'. The demo has one: 'demo'.`, {
    param: "model",
  });
}

function checkRequest({ n = 1, messages }: ChatRequest): void {
  if (messages.length === 0) {
    throw new GatewayError("invalid_request", "'messages': expected at least one message, found none.", {
      param: "messages",
    });
  }
  if (n < 1 || n > mostAnswers) {
    throw new GatewayError("invalid_request", `'n': expected a number from 1 to ${mostAnswers}, found ${n}.`, {
      param: "n",
    });
  }
}

interface Whole {
  readonly status: number;
  readonly text: string;
  readonly retryAfterMs?: number | undefined;
  /** Before the first byte of the body. */
  readonly waitMs?: number;
  readonly cut?: GatewayError | undefined;
}

/** A whole body comes in two reads, cut anywhere. */
function wholeAnswer(whole: Whole, delay: Delay, signal: AbortSignal): UpstreamAnswer {
  const { status, text, retryAfterMs, waitMs = 0, cut } = whole;
  const bytes = Buffer.from(text);
  const middle = bytes.length >> 1;
  const first = { waitMs, bytes: bytes.subarray(0, middle) };
  const pieces = cut === undefined ? [first, { waitMs: 0, bytes: bytes.subarray(middle) }] : [first];
  const body = new DemoBody({ pieces: pieces.values(), cut, delay, signal });
  return { status, contentType: "application/json", retryAfterMs, body };
}

/** Wire events, one a piece. Trouble comes after the first half of them. */
function* streamPieces(
  events: Iterable<ChatEvent>,
  writer: StreamWriter,
  script: Script,
): Generator<Piece, void, undefined> {
  const { trouble, slowMs } = script;
  if (trouble === undefined) {
    yield* writtenPieces(events, writer, slowMs);
    yield piece(writer.end(), 0);
    return;
  }
  const all = [...writtenPieces(events, writer, slowMs)];
  yield* all.slice(0, all.length >> 1);
  if (trouble.kind === "error") yield piece(writer.fail(failure(500, undefined, "in the middle of its answer")), 0);
}

function* writtenPieces(
  events: Iterable<ChatEvent>,
  writer: StreamWriter,
  slowMs: number,
): Generator<Piece, void, undefined> {
  for (const event of events) {
    const text = writer.write([event]);
    if (text !== "") yield piece(text, isToken(event) ? slowMs : 0);
  }
}

const piece = (text: string, waitMs: number): Piece => ({ waitMs, bytes: Buffer.from(text) });

const isToken = ({ kind }: ChatEvent): boolean => kind.case === "partDelta";

function cutOf({ trouble }: Script): GatewayError | undefined {
  if (trouble?.kind !== "cut") return undefined;
  const what = "The demo model broke the connection in the middle of its answer, as it was told to (/cut).";
  return new GatewayError("upstream_cut", what, { provider: name });
}

const codes: Readonly<Record<number, ErrorCode>> = {
  401: "upstream_unauthenticated",
  402: "quota_exceeded",
  403: "permission_denied",
  404: "model_not_found",
  408: "upstream_timeout",
  413: "request_too_large",
  429: "rate_limited",
  503: "upstream_overloaded",
  504: "upstream_timeout",
  529: "upstream_overloaded",
};

function failure(status: number, retryAfterMs?: number, how = `with status ${status}`): GatewayError {
  const code = codes[status] ?? (status < 500 ? "invalid_request" : "upstream_error");
  const what = `The demo model fails ${how}, as it was told to.`;
  return new GatewayError(code, what, { upstreamStatus: status, retryAfterMs });
}

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
