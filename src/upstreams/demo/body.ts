import { setImmediate as nextTurn } from "node:timers/promises";

/** Resolves after `ms`, or rejects when the signal is aborted. */
export type Delay = (ms: number, signal: AbortSignal) => Promise<unknown>;

export interface Piece {
  /** How long to wait before it, in ms. */
  readonly waitMs: number;
  readonly bytes: Buffer;
}

export interface BodyOptions {
  readonly pieces: Iterator<Piece, void, undefined>;
  /** What the body ends with in place of an end. */
  readonly cut: Error | undefined;
  readonly delay: Delay;
  readonly signal: AbortSignal;
}

/** A body as from a socket: a piece a pull, each in a turn of the event loop of its own. */
export class DemoBody implements AsyncIterator<Buffer, undefined> {
  readonly #options: BodyOptions;
  readonly #left = new AbortController();

  constructor(options: BodyOptions) {
    this.#options = options;
  }

  async next(): Promise<IteratorResult<Buffer, undefined>> {
    const { pieces, cut, signal } = this.#options;
    if (this.#left.signal.aborted) return { done: true, value: undefined };
    signal.throwIfAborted();
    const step = pieces.next();
    if (step.done === true) {
      if (cut !== undefined) throw cut;
      return { done: true, value: undefined };
    }
    await this.#wait(step.value.waitMs);
    if (this.#left.signal.aborted) return { done: true, value: undefined };
    signal.throwIfAborted();
    return { done: false, value: step.value.bytes };
  }

  async return(): Promise<IteratorResult<Buffer, undefined>> {
    this.#left.abort();
    return { done: true, value: undefined };
  }

  async #wait(ms: number): Promise<void> {
    if (ms === 0) {
      await nextTurn();
      return;
    }
    const ended = AbortSignal.any([this.#options.signal, this.#left.signal]);
    try {
      await this.#options.delay(ms, ended);
    } catch (error) {
      if (!ended.aborted) throw error;
    }
  }
}
