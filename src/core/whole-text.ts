const firstHalf = /[\ud800-\udbff]$/;

/**
 * Joins text that comes in pieces of UTF-16, which some servers cut in the middle of a character. The contract's
 * strings, as UTF-8, know whole characters only: the first half of one waits for the second.
 */
export class WholeText {
  #half = "";

  /** What can be told by now; may be empty. A half that stays alone becomes U+FFFD. */
  push(piece: string): string {
    if (this.#half === "" && piece.isWellFormed()) return piece;
    const joined = this.#half + piece;
    this.#half = firstHalf.test(joined) ? joined.slice(-1) : "";
    return joined.slice(0, joined.length - this.#half.length).toWellFormed();
  }

  /** What was held back, when nothing follows. */
  end(): string {
    const rest = this.#half.toWellFormed();
    this.#half = "";
    return rest;
  }
}
