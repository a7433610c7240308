import type { CliIo } from "./io.ts";

/** Where nobody watches, a line is said after so many rows. */
const rowsPerLine = 50_000;

/** How far a long work is: on a terminal one line that changes, else a line from time to time. */
export class Progress {
  readonly #stderr: CliIo["stderr"];
  #said = 0;
  #shown = 0;

  constructor({ stderr }: Pick<CliIo, "stderr">) {
    this.#stderr = stderr;
  }

  /** `rows`: how many are done. `text`: what to say of it. */
  at(rows: number, text: string): void {
    if (this.#stderr.isTTY === true) {
      this.#stderr.write(`\r${text.padEnd(this.#shown)}`);
      this.#shown = Math.max(this.#shown, text.length);
    } else if (rows - this.#said >= rowsPerLine) {
      this.#said = rows;
      this.#stderr.write(`${text}\n`);
    }
  }

  /** What is said next stands in place of it. */
  end(): void {
    if (this.#shown > 0) this.#stderr.write(`\r${" ".repeat(this.#shown)}\r`);
    this.#shown = 0;
  }
}
