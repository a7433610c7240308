import type { Dispatcher } from "undici";
import type { Clock } from "../core/clock.ts";
import { GatewayError } from "../core/error.ts";
import type { UpstreamAnswer } from "../core/ports.ts";
import type { Connection } from "./connections.ts";
import { isClosedByPeer, networkFailure, type Peer, type Phase, timeoutFailure } from "./failures.ts";
import { joinChunks } from "./join-chunks.ts";
import { type AnswerHeaders, readRateLimits } from "./rate-limits.ts";
import { readRetryAfter } from "./retry-after.ts";

/** An answer, and what its head says besides. */
export interface HttpAnswer extends UpstreamAnswer {
  /** By its name in lower case; of several the first. */
  header(name: string): string | undefined;
}

type Pull = PromiseWithResolvers<IteratorResult<Buffer, undefined>>;
type End = { readonly reason: unknown } | "whole" | "left";

/** When more than this many bytes wait for a pull, the socket is not read any more. */
const waitingLimit = 256 * 1024;

/**
 * A request that gets no byte back because the server had just closed the idle socket is sent once more, on a fresh
 * one. A POST may only be repeated when the first cannot have done anything (RFC 9110, section 9.2.2), and that nobody
 * can tell for sure: the close may also be a crash, or a balancer that ends a call it finds too long. So it is
 * repeated only if the socket had been idle before (`Connection.reused`, which makes the second try the last), if not
 * one byte came back, and if the close came within this time of sending: a close that crossed our request arrives
 * within one way through the network, while a model that works for so short a time has not produced much that could be
 * paid for twice.
 */
const crossedMs = 1000;

/**
 * One request and its answer: undici's handler, and the iterator over the body that the gateway pulls. Chunks gather
 * here until they are pulled; whoever waits is woken once for all that came with one read of the socket.
 */
export class Call implements Dispatcher.DispatchHandler, AsyncIterator<Buffer, undefined> {
  readonly #connection: Connection;
  readonly #options: Dispatcher.DispatchOptions;
  readonly #peer: Peer;
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  readonly #answer = Promise.withResolvers<HttpAnswer>();
  #controller: Dispatcher.DispatchController | undefined;
  #phase: Phase = "connecting";
  #sentAt = 0;
  #heard = false;
  #end: End | undefined;
  /** undici has timers as well, but those may be a second late, which is long where another provider could be asked. */
  #timer: NodeJS.Timeout | undefined;
  /** Nothing came since the time was up. */
  #silent = false;
  /** More came since the timer began, which is begun anew only with the first of what gathers: it costs as much as all else. */
  #heardMore = false;

  #first: Buffer | undefined;
  #more: Buffer[] = [];
  #waiting = 0;
  #pull: Pull | undefined;
  readonly #wake = (): void => {
    const pull = this.#pull;
    if (pull === undefined || this.#first === undefined) return;
    this.#pull = undefined; // first: taking reads on, which may bring the end
    pull.resolve({ done: false, value: this.#take(this.#first) });
  };

  /** No listener object: the function that Node makes for one keeps calls in memory long after they have ended. */
  readonly #abort = (): void => this.#leave({ reason: this.#signal.reason });

  constructor(
    connection: Connection,
    options: Dispatcher.DispatchOptions,
    peer: Peer,
    clock: Clock,
    signal: AbortSignal,
  ) {
    this.#connection = connection;
    this.#options = options;
    this.#peer = peer;
    this.#clock = clock;
    this.#signal = signal;
  }

  /** Call once, with a signal that has not been aborted. Resolves with the head, or rejects like `Upstream.ask`. */
  start(): Promise<HttpAnswer> {
    this.#signal.addEventListener("abort", this.#abort);
    this.#connection.dispatch(this.#options, this);
    if (this.#phase === "connecting" && this.#end === undefined) this.#wait("connecting");
    return this.#answer.promise;
  }

  next(): Promise<IteratorResult<Buffer, undefined>> {
    if (this.#first !== undefined) return Promise.resolve({ done: false, value: this.#take(this.#first) });
    if (this.#end === undefined) {
      if (this.#pull !== undefined) return Promise.reject(new Error("A body is pulled one read at a time"));
      this.#pull = Promise.withResolvers();
      return this.#pull.promise;
    }
    if (typeof this.#end === "object") return Promise.reject(this.#end.reason);
    return Promise.resolve({ done: true, value: undefined });
  }

  return(): Promise<IteratorResult<Buffer, undefined>> {
    this.#leave("left");
    return Promise.resolve({ done: true, value: undefined });
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#end !== undefined) {
      controller.abort(left);
      return;
    }
    this.#wait("waiting");
    if (this.#connection.reused) this.#sentAt = this.#clock.micros();
  }

  onResponseStarted(): void {
    this.#heard = true;
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, headers: AnswerHeaders): void {
    if (status < 200) return;
    this.#wait("answering");
    const refusal = this.#refuse(status, headers);
    if (refusal !== undefined) {
      this.#finish({ reason: refusal });
      controller.abort(refusal);
      return;
    }
    const now = this.#clock.now();
    this.#answer.resolve({
      status,
      contentType: one(headers["content-type"]) ?? "",
      retryAfterMs: readRetryAfter(one(headers["retry-after-ms"]), one(headers["retry-after"]), now),
      header: (name) => one(headers[name]),
      rateLimits: () => readRateLimits(headers, now),
      body: this,
    });
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#silent = false;
    if (this.#first === undefined) {
      this.#first = chunk;
      this.#timer?.refresh();
      // Not now: undici reports each HTTP chunk, and all of those in one read come before any microtask.
      if (this.#pull !== undefined) queueMicrotask(this.#wake);
    } else {
      this.#more.push(chunk);
      this.#heardMore = true;
    }
    this.#waiting += chunk.length;
    if (this.#isPaused) controller.pause();
  }

  onResponseEnd(): void {
    this.#connection.release(true);
    this.#finish("whole");
  }

  onResponseError(_controller: unknown, error: Error): void {
    if (this.#end === undefined && this.#mayRepeat(error)) {
      this.#controller = undefined;
      this.#wait("connecting");
      queueMicrotask(() => this.#connection.dispatch(this.#options, this));
      return;
    }
    this.#connection.release(false);
    if (this.#end === undefined) this.#finish({ reason: networkFailure(error, this.#phase, this.#peer) });
  }

  /** All that waits, as one buffer. `first`: what this.#first is. */
  #take(first: Buffer): Buffer {
    const bytes = joinChunks(first, this.#more, this.#waiting);
    this.#drop();
    this.#controller?.resume(); // may bring the next bytes before it returns
    return bytes;
  }

  #drop(): void {
    this.#first = undefined;
    if (this.#more.length > 0) this.#more = [];
    this.#waiting = 0;
  }

  /** Ends the call from our side; the socket closes at once. What was not pulled is let go. */
  #leave(end: End): void {
    this.#drop();
    if (this.#end !== undefined) {
      this.#endPull(this.#end);
      return;
    }
    this.#finish(end);
    this.#controller?.abort(left);
  }

  /** Begins a phase, which may last so long. */
  #wait(phase: Phase): void {
    this.#phase = phase;
    this.#silent = false;
    this.#heardMore = false;
    const ms = this.#longest();
    clearTimeout(this.#timer);
    this.#timer = ms === undefined ? undefined : setTimeout(Call.#timeIsUp, ms, this).unref();
  }

  /** The phase's time, in ms. */
  #longest(): number | undefined {
    const { connectMs, firstByteMs, idleMs } = this.#peer.timeouts;
    switch (this.#phase) {
      case "connecting":
        return connectMs;
      case "waiting":
        return firstByteMs;
      case "answering":
        return idleMs;
      default:
        return this.#phase satisfies never;
    }
  }

  /** What came while this process was busy with something else is heard first: sockets are read before immediates. */
  static #timeIsUp(call: Call): void {
    if (call.#heardMore) {
      call.#heardMore = false;
      call.#timer?.refresh(); // so it may last up to twice as long
      return;
    }
    call.#silent = true;
    setImmediate(() => call.#giveUp());
  }

  #giveUp(): void {
    const ms = this.#longest();
    if (!this.#silent || this.#end !== undefined || ms === undefined) return;
    if (this.#isPaused) {
      this.#timer?.refresh(); // it is the reader who lets the provider wait
      return;
    }
    this.#finish({ reason: timeoutFailure(this.#phase, ms, this.#peer) });
    this.#controller?.abort(left);
  }

  get #isPaused(): boolean {
    return this.#waiting > waitingLimit;
  }

  #finish(end: End): void {
    this.#end = end;
    clearTimeout(this.#timer);
    this.#signal.removeEventListener("abort", this.#abort);
    if (typeof end === "object") this.#answer.reject(end.reason);
    if (this.#first === undefined) this.#endPull(end);
  }

  #endPull(end: End): void {
    const pull = this.#pull;
    if (pull === undefined) return;
    this.#pull = undefined;
    if (typeof end === "object") pull.reject(end.reason);
    else pull.resolve({ done: true, value: undefined });
  }

  #mayRepeat(error: Error): boolean {
    return (
      this.#phase === "waiting" &&
      !this.#heard &&
      this.#connection.reused &&
      isClosedByPeer(error) &&
      this.#clock.micros() - this.#sentAt < crossedMs * 1000
    );
  }

  /** Heads that no dialect can make sense of. */
  #refuse(status: number, headers: AnswerHeaders): GatewayError | undefined {
    const { provider, host } = this.#peer;
    if (status < 400 && status >= 300) {
      return new GatewayError(
        "upstream_error",
        `${provider} (${host}) redirects to ${placeOf(one(headers.location))} (status ${status}). ` +
          "Redirects are not followed, since the key would go along. If that is the right place, put it into base_url.",
        { provider, upstreamStatus: status },
      );
    }
    const encoding = one(headers["content-encoding"]);
    if (encoding !== undefined && encoding !== "" && encoding.toLowerCase() !== "identity") {
      return new GatewayError(
        "upstream_malformed",
        `${provider} (${host}) answered in content-encoding "${encoding}", although it was asked for none. Check what stands between.`,
        { provider },
      );
    }
    return undefined;
  }
}

/** Only undici sees it. */
const left = new Error("The call was left");

const one = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value);

/** A redirect's target without its query, which may hold secrets. */
function placeOf(location: string | undefined): string {
  if (location === undefined) return "nowhere";
  const end = location.search(/[?#]/);
  return (end === -1 ? location : location.slice(0, end)).slice(0, 200);
}
