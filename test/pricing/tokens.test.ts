import { expect, test } from "vitest";
import { createTokenCounter } from "../../src/pricing/tokens.ts";

test("tokens are counted as the named encoding has them, in the order of the calls", async () => {
  const tokens = createTokenCounter();
  const counts = await Promise.all(
    ["Hello, world!", "", "<|endoftext|>", "antidisestablishmentarianism"].map(tokens.count),
  );
  expect(counts[0]).toBe(4);
  expect(counts[1]).toBe(0);
  expect(counts[2]).toBeGreaterThan(1); // a person's text, not a control token
  expect(counts[3]).toBeGreaterThan(1);
});

test("a long text is extrapolated from its beginning", async () => {
  const tokens = createTokenCounter();
  const [short, long] = await Promise.all([
    tokens.count("word ".repeat(20_000)),
    tokens.count("word ".repeat(200_000)),
  ]);
  expect(long).toBe(short * 10);
});

test("the event loop goes on while the tokenizer is loaded and counts", async () => {
  let turns = 0;
  let counting = true;
  const turn = (): void => {
    turns += 1;
    if (counting) setImmediate(turn);
  };
  turn();
  await createTokenCounter().count("word ".repeat(20_000));
  counting = false;
  expect(turns).toBeGreaterThan(100); // a few when it is done on this thread, thousands when not
});
