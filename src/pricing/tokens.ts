import { Worker } from "node:worker_threads";
import type { TokenCounter } from "../core/ports.ts";

/** What is longer is extrapolated from its beginning. In UTF-16 units; counting so many takes about 3 ms. */
const longestCounted = 100_000;

interface Waiting {
  readonly resolve: (count: number) => void;
  readonly reject: (error: Error) => void;
}

/**
 * gpt-tokenizer, with the encoding of the newer models it knows, on a thread of its own that begins with the first
 * count and does not keep the process running.
 */
export function createTokenCounter(): TokenCounter {
  let worker: Worker | undefined;
  let waiting: Waiting[] = [];

  function start(): Worker {
    const started = new Worker(new URL("./tokens-worker.ts", import.meta.url), { name: "tokens" });
    started.on("message", (count: number) => waiting.shift()?.resolve(count));
    started.on("error", (cause) => {
      const error = new Error("The thread that counts tokens has ended.", { cause });
      for (const { reject } of waiting) reject(error);
      waiting = [];
      worker = undefined;
    });
    return started;
  }

  function countOnThread(text: string): Promise<number> {
    return new Promise((resolve, reject) => {
      worker ??= start();
      worker.ref(); // what is being settled may count on
      const done = (): void => {
        if (waiting.length === 0) worker?.unref();
      };
      waiting.push({
        resolve: (count) => {
          done();
          resolve(count);
        },
        reject,
      });
      worker.postMessage(text);
    });
  }

  return {
    name: "gpt-tokenizer/o200k_base",
    async count(text) {
      if (text === "") return 0;
      const sample = text.length > longestCounted ? text.slice(0, longestCounted) : text;
      return Math.ceil((await countOnThread(sample)) * (text.length / sample.length));
    },
  };
}
