import { sieveEvents } from "../lib/sse-landmarks.ts";

/**
 * What ends a stream: it is held back while all else is passed on, since it follows when the exchange is settled. Made
 * for one answer.
 */
export class HeldEnd {
  readonly #landmark: RegExp;
  readonly #isShown: (event: Buffer) => boolean;
  readonly #held: Buffer[] = [];

  /** `landmark`: of the events that are looked at, as of `sieveEvents`. `isEnd`: called for each of them, in order. */
  constructor(landmark: RegExp, isEnd: (event: Buffer) => boolean) {
    this.#landmark = landmark;
    this.#isShown = (event) => {
      if (!isEnd(event)) return true;
      this.#held.push(Buffer.from(event)); // what was read into may be used again
      return false;
    };
  }

  /** undefined: nothing was held back. */
  get bytes(): Buffer | undefined {
    return this.#held.length === 0 ? undefined : Buffer.concat(this.#held);
  }

  /** `bytes`: whole events. Returns those that do not end the stream. */
  sieve(bytes: Buffer): Buffer {
    return sieveEvents(bytes, this.#landmark, this.#isShown);
  }
}
