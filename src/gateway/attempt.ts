import type { Usage } from "../../gen/causeway/chat/v1/usage_pb.ts";
import { refuseBroken } from "../core/broken-json.ts";
import type { Dialect } from "../core/dialect.ts";
import { GatewayError } from "../core/error.ts";
import type { Exchange } from "../core/exchange.ts";
import type { Target, UpstreamAnswer } from "../core/ports.ts";
import { type Attempt, causeOf, type Outcome } from "../core/routing.ts";
import type { AttemptStep } from "../core/trail.ts";
import { type PreparedRequest, prepare, refuseUnsaid } from "./request.ts";

/** An error's body is read up to here; what is longer is no error object. */
const longestErrorBody = 64 * 1024;

/** An answer that has a success status. */
export interface OpenAnswer {
  readonly dialect: Dialect;
  /** The provider's name for the model. */
  readonly model: string;
  readonly body: UpstreamAnswer["body"];
  /** As in `Attempt`. */
  readonly refusesFiltered: boolean;
  /** Takes what knows how far the answer came. */
  readonly watch: (source: AnswerProgress) => void;
}

/** How far an answer has come. */
export interface AnswerProgress {
  readonly usage: Usage | undefined;
  /** Whether any of its body is there. */
  readonly isAnswering: boolean;
}

/** Reads an answer until it has begun. What it resolves with is handed on; when it rejects, another place may be asked. */
export type Begin<T> = (answer: OpenAnswer) => Promise<T>;

/** One asking of one place. */
export class Try<T> {
  readonly attempt: Attempt;
  readonly step: AttemptStep;
  readonly #exchange: Exchange;
  readonly #begin: Begin<T>;
  /** Where nothing but the exchange ends it, there is none. */
  readonly #own: AbortController | undefined;
  #prepared: PreparedRequest | undefined;
  #source: AnswerProgress | undefined;
  #unfollow = (): void => {};

  constructor(exchange: Exchange, attempt: Attempt, begin: Begin<T>, how: { hedge: boolean; raced: boolean }) {
    const { target } = attempt;
    this.attempt = attempt;
    this.#exchange = exchange;
    this.#begin = begin;
    this.#own = how.raced || attempt.timeoutMs !== undefined ? new AbortController() : undefined;
    this.step = {
      kind: "attempt",
      atUs: exchange.elapsed(),
      target: `${target.upstream.name}/${target.model}`,
      credential: target.credential?.name ?? "",
      hedge: how.hedge,
      outcome: "running",
    };
    exchange.target = target;
  }

  /** As far as the provider has reported it. */
  get usage(): Usage | undefined {
    return this.#source?.usage;
  }

  /** Asks. Rejects with whatever ended it; then it is up to the caller to `end` it. */
  async run(): Promise<T> {
    const { timeoutMs } = this.attempt;
    const exchange = this.#exchange;
    exchange.signal.throwIfAborted();
    if (this.#own === undefined) return this.#ask(exchange.signal);
    const own = this.#own;
    const follow = (): void => own.abort(exchange.signal.reason);
    exchange.signal.addEventListener("abort", follow);
    this.#unfollow = () => exchange.signal.removeEventListener("abort", follow);
    const timer =
      timeoutMs === undefined ? undefined : setTimeout(() => own.abort(this.#tooLate(timeoutMs)), timeoutMs);
    try {
      return await this.#ask(own.signal);
    } finally {
      clearTimeout(timer);
    }
  }

  get isAnswering(): boolean {
    return this.#source?.isAnswering ?? false;
  }

  /**
   * What its place has failed by, when the exchange's time was over before it began although it had had most of it: a
   * client that gives little time says nothing of the place.
   */
  timedOut(reason: unknown): GatewayError | undefined {
    const { step, attempt } = this;
    const hadUs = this.#exchange.elapsed() - step.atUs;
    if (!(reason instanceof GatewayError) || reason.code !== "deadline_exceeded" || hadUs < mostOfItsTimeUs)
      return undefined;
    const message = `${step.target} did not begin its answer within the ${Math.round(hadUs / 1e6)} s that were left for it.`;
    return new GatewayError("upstream_timeout", message, { provider: attempt.target.upstream.name });
  }

  /** Leaves it, since it is not needed any more. */
  abandon(): void {
    this.#own?.abort(abandoned);
  }

  /** What the exchange says of where it went is this attempt's from here on. */
  claim(): void {
    const exchange = this.#exchange;
    const prepared = this.#prepared;
    exchange.target = this.attempt.target;
    if (prepared === undefined) return;
    exchange.tongue = prepared.tongue;
    exchange.dropped = prepared.dropped;
    exchange.emulated = prepared.emulated;
  }

  /** Once. What it notes is in the trail and in the target's health. */
  end(outcome: Outcome): void {
    this.#unfollow();
    const { step } = this;
    step.endUs = this.#exchange.elapsed();
    if (outcome.kind === "failed") {
      const { error } = outcome;
      step.outcome = "failed";
      step.code = error.code;
      step.message = error.message.slice(0, longestMessage);
      step.status = error.upstreamStatus;
    } else step.outcome = outcome.kind === "ok" ? "answered" : "left";
    this.attempt.end(outcome);
  }

  async #ask(signal: AbortSignal): Promise<T> {
    const exchange = this.#exchange;
    const { call } = exchange;
    const { target } = this.attempt;
    const prepared = prepare(exchange, this.attempt);
    this.#prepared = prepared;
    this.claim(); // as long as no other has begun
    refuseUnsaid(call, prepared);
    exchange.attempts += 1;
    exchange.trail.steps.push(this.step); // what is refused before is no attempt: nobody was asked
    const askedUs = exchange.elapsed();
    exchange.askedAfter ??= askedUs;
    const { operation, tongue, body } = prepared;
    const answer = await target.upstream.ask({
      operation,
      tongue,
      model: target.model,
      body,
      stream: call.stream,
      credential: target.credential,
      requestId: exchange.id,
      clientHeaders: call.clientHeaders,
      traceHeaders: exchange.traceHeaders?.(exchange, this.step),
      signal,
    });
    this.step.headUs = exchange.elapsed();
    this.attempt.heard(answer);
    const { status, contentType } = answer;
    const { dialect } = tongue;
    const isExpected = !call.stream || contentType.startsWith(dialect.stream.contentType);
    if (status < 200 || status > 299 || !isExpected) throw await refusal(answer, target, dialect, exchange);
    const begun = await this.#begin({
      dialect,
      model: target.model,
      body: answer.body,
      refusesFiltered: this.attempt.refusesFiltered,
      watch: (source) => {
        this.#source = source;
      },
    });
    this.step.begunUs = exchange.elapsed();
    this.attempt.begun(this.step.begunUs - askedUs);
    return begun;
  }

  #tooLate(timeoutMs: number): GatewayError {
    const { upstream } = this.attempt.target;
    const message = `${this.step.target} did not begin its answer within ${timeoutMs / 1000} s, its timeout in this plan.`;
    return new GatewayError("upstream_timeout", message, { provider: upstream.name });
  }
}

/** An error message longer than this says nothing more. */
const longestMessage = 500;

/** A place that has not begun to answer in so long has failed, in µs. */
const mostOfItsTimeUs = 10_000_000;

/** The body of a refusal should be there at once, in ms: its status says enough to go on. */
const longestRefusalMs = 2000;

/** Nobody sees it: the attempt that it ends is not the answer. */
const abandoned = new GatewayError("cancelled", "Another attempt was faster.");

/** What the provider's answer reports, when that is no success: also one that says so with a success status. */
async function refusal(
  answer: UpstreamAnswer,
  target: Target,
  dialect: Dialect,
  { call }: Exchange,
): Promise<GatewayError> {
  const { name } = target.upstream;
  if (answer.status < 200 || answer.status > 299) {
    const body = await readRefusal(answer.body);
    const { request } = call;
    // of a relayed body only the outline was read: when the provider refuses it, that it is broken is the better answer
    if (answer.status === 400 && request.kind === "wire") refuseBroken(() => request.body.value());
    return toldBy(target, dialect.error.read(answer.status, body), answer.retryAfterMs);
  }
  try {
    dialect.answer.watch(await readAll(answer.body, longestErrorBody));
  } catch (error) {
    return toldBy(target, GatewayError.from(error), answer.retryAfterMs);
  }
  const said = answer.contentType === "" ? "nothing" : `'${answer.contentType}'`;
  return new GatewayError("upstream_malformed", `The provider '${name}' answered a stream with ${said}.`, {
    provider: name,
  });
}

/** The same error with the provider's name, how long it asked to wait, and without the key, which some providers repeat. */
export function toldBy({ upstream, credential }: Target, error: GatewayError, retryAfterMs?: number): GatewayError {
  const { code, message, param, upstreamStatus, nativeType, nativeCode, cause } = error;
  const shown = credential === undefined ? message : message.replaceAll(credential.secret, credential.masked);
  return new GatewayError(code, shown, {
    param,
    upstreamStatus,
    nativeType,
    nativeCode,
    cause,
    provider: error.provider ?? upstream.name,
    retryAfterMs: error.retryAfterMs ?? retryAfterMs,
  });
}

/** As much as comes of it within a moment, and before the connection breaks. */
async function readRefusal(body: UpstreamAnswer["body"]): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  const timer = setTimeout(() => void body.return?.(), longestRefusalMs);
  try {
    for (let next = await body.next(); next.done !== true && length <= longestErrorBody; next = await body.next()) {
      pieces.push(next.value);
      length += next.value.length;
    }
    await body.return?.();
  } catch {
    // its status, and what came of it, are what there is to say
  } finally {
    clearTimeout(timer);
  }
  return Buffer.concat(pieces, length);
}

/** Reads to the end. More than `limit` bytes: ends the request and returns what is there. */
export async function readAll(body: UpstreamAnswer["body"], limit: number): Promise<Buffer> {
  const first = await body.next();
  if (first.done === true) return Buffer.alloc(0);
  let length = first.value.length;
  const pieces = [first.value];
  for (let next = await body.next(); next.done !== true; next = await body.next()) {
    pieces.push(next.value);
    length += next.value.length;
    if (length <= limit) continue;
    await body.return?.();
    break;
  }
  return pieces.length === 1 ? first.value : Buffer.concat(pieces, length);
}

/** The error of a provider's failure, with its name where it is missing. What is not a provider's stays as it is. */
export function ofProvider(target: Target | undefined, error: GatewayError): GatewayError {
  const isProviders = error.upstreamStatus !== undefined || causeOf(error.code) !== undefined;
  return isProviders && target !== undefined && error.provider === undefined ? toldBy(target, error) : error;
}

/** Notes that the exchange failed. Returns why, with the provider's name where it was the provider. */
export function failed(exchange: Exchange, thrown: unknown): GatewayError {
  exchange.error = ofProvider(exchange.target, exchange.fail(thrown));
  return exchange.error;
}
