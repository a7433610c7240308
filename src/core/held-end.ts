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
      this.#held.push(apart(event));
      return false;
    };
  }

  /** undefined: nothing was held back. */
  get bytes(): Buffer | undefined {
    return this.#held.length > 1 ? Buffer.concat(this.#held) : this.#held[0];
  }

  /** `bytes`: whole events. Returns those that do not end the stream. */
  sieve(bytes: Buffer): Buffer {
    return sieveEvents(bytes, this.#landmark, this.#isShown);
  }
}

/** A copy that keeps nothing else in memory: neither what it was cut from nor what Node cuts short buffers from. */
const apart = ({ buffer, byteOffset, length }: Buffer): Buffer =>
  Buffer.from(buffer.slice(byteOffset, byteOffset + length));
