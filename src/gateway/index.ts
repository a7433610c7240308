import { type ChatResponse, FinishReason } from "../../gen/causeway/chat/v1/chat_pb.ts";
import type { Clock } from "../core/clock.ts";
import type { AnswerFacts } from "../core/dialect.ts";
import { GatewayError } from "../core/error.ts";
import { Exchange, type ExchangeRow, type TraceHeaders } from "../core/exchange.ts";
import type { Frame } from "../core/frame.ts";
import type { Gateway } from "../core/gateway.ts";
import type { LedgerWriter, Pricing, TokenCounter } from "../core/ports.ts";
import type { Outcome, Router } from "../core/routing.ts";
import { Asked } from "./asked.ts";
import { failed, type OpenAnswer, readAll } from "./attempt.ts";
import { type BodyOptions, bodiesOf, keptBytes } from "./bodies.ts";
import { book } from "./book.ts";
import { countTokens } from "./count.ts";
import { estimateUsage, upToTheCut } from "./estimate.ts";
import { FrameSource } from "./frames.ts";
import { type Reached, reach } from "./reach.ts";
import { rowOf } from "./row.ts";
import { Running } from "./running.ts";

/** What the configuration decides; read anew for each exchange, so that a reload takes effect at once. */
export interface GatewaySettings {
  readonly router: Router;
  readonly pricing: Pricing;
  readonly bodies: BodyOptions;
  /** How long an exchange may take, in ms. */
  readonly deadlineMs: number;
}

export interface GatewayDeps {
  readonly settings: () => GatewaySettings;
  readonly ledger: LedgerWriter;
  readonly tokens: TokenCounter;
  readonly clock: Clock;
  readonly newId: () => string;
  /** A row could not be written: the answer is given all the same. */
  readonly onUnsettled: (exchange: Exchange, error: unknown) => void;
  /** An exchange is over, whatever became of it. */
  readonly onSettled: (exchange: Exchange) => void;
  /** undefined: nothing is traced. */
  readonly traceHeaders?: TraceHeaders | undefined;
}

export function createGateway(deps: GatewayDeps): Gateway {
  const running = new Running();

  async function settle(exchange: Exchange, settings: GatewaySettings, reached: Reached<unknown> | undefined) {
    const reported = exchange.usage;
    if (reported === undefined || exchange.status !== "ok") {
      const estimated = await estimateUsage(exchange, deps.tokens).catch(() => undefined);
      exchange.usage = reported === undefined ? estimated : upToTheCut(reported, estimated, exchange.finishReason);
    }
    const row = rowOf(exchange, await book(exchange, settings.pricing, deps.tokens));
    reached?.by.end(outcomeOf(exchange, row, reached));
    exchange.row = row;
    try {
      await deps.ledger.settle(row, bodiesOf(exchange, settings.bodies));
    } catch (error) {
      deps.onUnsettled(exchange, error);
    }
  }

  async function reachAnswer<T>(
    exchange: Exchange,
    { router, deadlineMs }: GatewaySettings,
    begin: (answer: OpenAnswer) => Promise<T>,
  ): Promise<Reached<T>> {
    exchange.signal.throwIfAborted();
    const limit = Math.min(deadlineMs, exchange.call.timeoutMs ?? deadlineMs);
    const asked = new Asked(exchange, exchange.startedAt + limit, deps.tokens);
    const route = router.route(asked, exchange.signal);
    return reach(exchange, route instanceof Promise ? await route : route, begin);
  }

  /** Runs an exchange's deadline and keeps it among those running. Returns what ends both. */
  function begin(exchange: Exchange, { deadlineMs }: GatewaySettings): () => void {
    const leave = running.add(exchange);
    const message = `The gateway's time limit of ${deadlineMs / 1000} s is over.`;
    const timer = setTimeout(() => exchange.cancel(new GatewayError("deadline_exceeded", message)), deadlineMs);
    return () => {
      clearTimeout(timer);
      deps.onSettled(exchange);
      leave();
    };
  }

  /** An exchange whose row could not be written does not begin, and gets none. */
  function admit(exchange: Exchange): void {
    const refusal = deps.ledger.admits();
    if (refusal === undefined) return;
    const error = exchange.fail(refusal);
    deps.onSettled(exchange);
    throw error;
  }

  /** An exchange whose answer comes whole. */
  async function collected<T>(
    exchange: Exchange,
    read: (bytes: Buffer, answer: OpenAnswer) => Collected<T>,
  ): Promise<T> {
    admit(exchange);
    const settings = deps.settings();
    const end = begin(exchange, settings);
    let reached: Reached<Collected<T>> | undefined;
    try {
      reached = await reachAnswer(exchange, settings, async (answer) => {
        const bytes = await readAll(answer.body, longestAnswer);
        return read(bytes, answer);
      });
      const { bytes, facts, value } = reached.answer;
      exchange.keep(bytes, settings.bodies.mode === "full" ? settings.bodies.limit : bytes.length);
      exchange.usage = facts.usage;
      exchange.finishReason = facts.finishReason;
      exchange.answerId = facts.id ?? exchange.answerId;
      exchange.firstTokenAfter = reached.by.step.begunUs;
      exchange.status = "ok";
      return value;
    } catch (thrown) {
      throw failed(exchange, thrown);
    } finally {
      await settle(exchange, settings, reached);
      end();
    }
  }

  /**
   * A streamed exchange. It is settled when its frames have ended, or when it is aborted, even though whoever takes them
   * has stopped to: a client that does not read holds nothing up.
   */
  async function* streamed(exchange: Exchange): AsyncGenerator<Frame, void, undefined> {
    admit(exchange);
    const settings = deps.settings();
    const end = begin(exchange, settings);
    let reached: Reached<FrameSource> | undefined;
    let finished: Promise<void> | undefined;
    const finish = (): Promise<void> => {
      finished ??= (async () => {
        exchange.signal.removeEventListener("abort", abort);
        const { aborted, reason } = exchange.signal;
        if (exchange.status !== "ok" && exchange.error === undefined) failed(exchange, aborted ? reason : notTaken());
        reached?.answer.report();
        if (exchange.status !== "ok") await reached?.answer.leave();
        await settle(exchange, settings, reached);
        end();
      })();
      return finished;
    };
    const abort = (): void => void finish();
    try {
      reached = await reachAnswer(exchange, settings, (answer) => beginStream(exchange, answer, settings.bodies));
      const source = reached.answer;
      exchange.firstTokenAfter = reached.by.step.begunUs;
      exchange.signal.addEventListener("abort", abort);
      for (let frame = await source.next(); frame !== undefined; frame = await source.next()) yield frame;
      exchange.signal.throwIfAborted();
      exchange.status = "ok";
    } catch (thrown) {
      throw failed(exchange, thrown);
    } finally {
      await finish();
    }
  }

  return {
    open: (call) => new Exchange(deps.newId(), call, deps.clock, deps.traceHeaders),

    whole: (exchange) =>
      collected(exchange, (bytes, { dialect, model, refusesFiltered, watch }) => {
        const facts = dialect.answer.watch(bytes);
        watch({ usage: facts.usage, isAnswering: true });
        if (refusesFiltered && facts.finishReason === FinishReason.CONTENT_FILTER) {
          throw new GatewayError("content_filtered", "The provider's content filter has cut the answer off.");
        }
        const read = (): ChatResponse => {
          const chat = dialect.answer.read(facts.wire ?? parseAnswer(bytes));
          chat.model ||= model; // some vendors do not say who answers
          return chat;
        };
        return { bytes, facts, value: { dialect, bytes, read } };
      }),

    embeddings: (exchange) =>
      collected(exchange, (bytes, { dialect, model, watch }) => {
        const answer = dialect.embeddings?.answer.read(parseAnswer(bytes));
        if (answer === undefined) throw new TypeError("the attempt let a dialect without embeddings through");
        const facts = { usage: answer.usage, finishReason: FinishReason.UNSPECIFIED };
        watch({ usage: answer.usage, isAnswering: true });
        return { bytes, facts, value: answer.model === "" ? { ...answer, model } : answer };
      }),

    frames: streamed,

    count(chat, client, signal) {
      const { router } = deps.settings();
      return countTokens(chat, client, signal, { router, tokens: deps.tokens, newId: deps.newId, clock: deps.clock });
    },

    get inFlight() {
      return running.size;
    },

    abort(reason) {
      for (const exchange of running.all()) exchange.cancel(reason);
    },

    idle: () => running.idle(),
  };
}

/** A whole answer, and what the ledger has to know of it. */
interface Collected<T> {
  readonly bytes: Buffer;
  readonly facts: AnswerFacts;
  readonly value: T;
}

const notTaken = (): GatewayError => new GatewayError("cancelled", "The answer was not taken to its end.");

/** What the place that answered is told of it. */
function outcomeOf({ status, signal, error, usage }: Exchange, row: ExchangeRow, { by }: Reached<unknown>): Outcome {
  const { atUs, begunUs = atUs } = by.step;
  const durationUs = row.durationUs - (row.stream ? begunUs : atUs);
  if (status === "ok") return { kind: "ok", usage, costNanoUsd: row.costNanoUsd, durationUs };
  return status === "error" && error !== undefined && !signal.aborted
    ? { kind: "failed", error, usage }
    : { kind: "left", usage };
}

/** Resolves when the answer has begun. */
async function beginStream(exchange: Exchange, answer: OpenAnswer, bodies: BodyOptions): Promise<FrameSource> {
  const source = new FrameSource(exchange, answer, keptBytes(bodies));
  answer.watch(source);
  try {
    await source.begin(answer.refusesFiltered);
    return source;
  } catch (thrown) {
    await source.leave();
    throw thrown;
  }
}

function parseAnswer(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch (cause) {
    throw new GatewayError("upstream_malformed", "The provider's answer is no JSON.", { cause });
  }
}

/** A whole answer is held in memory; what is longer is no chat. */
const longestAnswer = 256 * 1024 * 1024;
