import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { env, execPath } from "node:process";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";

const main = join(import.meta.dirname, "main.ts");
const seconds = env.CI === undefined ? 5 : 30;

async function run(...args: readonly string[]): Promise<{ code: number; output: string }> {
  const child = spawn(execPath, [main, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  return { code, output: out + err };
}

test(`nothing is lost, counted twice or left behind in ${seconds} s of faults`, { timeout: 120_000 }, async () => {
  const { code, output } = await run("--seconds", String(seconds), "--concurrency", "100", "--seed", "20261121");
  expect(code, output).toBe(0); // the output says what failed
});

test.each([
  [["--seconds", "0"], '--seconds takes a whole number from 1, not "0"'],
  [["--faults", "2"], '--faults takes a share from 0 to 1, not "2"'],
])("refuses %j", async (args, message) => {
  const { code, output } = await run(...args);
  expect(code).not.toBe(0);
  expect(output).toContain(message);
});
