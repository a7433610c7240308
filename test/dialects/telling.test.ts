import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Dialect, StreamWatcher } from "../../src/core/dialect.ts";
import { anthropic } from "../../src/dialects/anthropic/index.ts";
import { openaiChat } from "../../src/dialects/openai-chat/index.ts";
import { openaiCompletions } from "../../src/dialects/openai-completions/index.ts";
import { batchesOf } from "../contract/dialect.ts";

const samples = [anthropic, openaiChat, openaiCompletions].flatMap((dialect) => {
  const folder = join(import.meta.dirname, "../wire", dialect.name);
  const names = readdirSync(folder).filter((name) => name.endsWith(".sse"));
  return names.map((name) => ({ name: `${dialect.name}/${name}`, dialect, wire: readFileSync(join(folder, name)) }));
});

function facts(watcher: StreamWatcher, see: () => void): unknown {
  let failure: unknown;
  try {
    see();
  } catch (error) {
    failure = error;
  }
  const { id, usage, finishReason, finished, ended } = watcher;
  return { id, usage, finishReason, finished, ended, failure };
}

const watcherOf = ({ stream }: Dialect): StreamWatcher => stream.watcher({ hideUsage: false });

test.each(samples)("$name: a watcher that sees what is telling knows all", ({ dialect, wire }) => {
  fc.assert(
    fc.property(fc.array(fc.nat(wire.length)), (cuts) => {
      const batches = batchesOf(wire, cuts);
      const seesAll = watcherOf(dialect);
      const all = facts(seesAll, () => {
        for (const batch of batches) seesAll.see(batch);
      });
      const seesLess = watcherOf(dialect);
      const reader = dialect.stream.reader();
      const less = facts(seesLess, () => {
        for (const batch of batches) {
          let telling = batch; // all of one that cannot be read
          try {
            reader.read(batch);
            telling = reader.telling ?? batch;
          } finally {
            seesLess.see(telling);
          }
        }
      });
      expect(less).toEqual(all);
    }),
  );
});

test("what only lets a text grow is not telling", () => {
  const reader = openaiChat.stream.reader();
  const chunk = (delta: object, finish: string | null = null): string =>
    `data: ${JSON.stringify({ id: "a", choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
  const read = (...chunks: string[]): string | undefined => {
    reader.read(Buffer.from(chunks.join("")));
    return reader.telling?.toString();
  };
  read(chunk({ role: "assistant", content: "" }), chunk({ content: "one" }), chunk({ content: "two" }));
  expect(read(chunk({ content: "three" }), chunk({ content: "four" }))).toBe("");
  expect(read(chunk({ content: "five" }), chunk({}, "stop"))).toBe(chunk({}, "stop"));
});
