// Runs on a worker thread: loading the tokenizer takes 200 ms and 50 MB, and counting a long text some ms more.
import { parentPort } from "node:worker_threads";
import { countTokens } from "gpt-tokenizer/encoding/o200k_base";

parentPort?.on("message", (text: string) => {
  parentPort?.postMessage(countTokens(text, { disallowedSpecial: new Set() }));
});
