import { expect, test } from "vitest";
import { Progress } from "../../src/cli/progress.ts";

function progressOn(isTTY: boolean) {
  let err = "";
  const stderr = { isTTY, write: (text: string) => (err += text) };
  return { progress: new Progress({ stderr }), said: () => err };
}

test("on a terminal a line changes, leaves nothing of a longer one, and is gone at the end", () => {
  const { progress, said } = progressOn(true);
  progress.at(1, "a long line");
  progress.at(2, "short");
  progress.end();
  expect(said()).toBe("\ra long line\rshort      \r           \r");
});

test("where nobody watches, a line is said after many rows, and nothing at the end", () => {
  const { progress, said } = progressOn(false);
  for (let rows = 10_000; rows <= 120_000; rows += 10_000) progress.at(rows, `${rows} rows`);
  progress.end();
  expect(said()).toBe("50000 rows\n100000 rows\n");
});

test("a work that ends at once says nothing", () => {
  const { progress, said } = progressOn(true);
  progress.end();
  expect(said()).toBe("");
});
