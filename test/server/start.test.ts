import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startArguments } from "../start-command.ts";

describe("the second start", () => {
  let folder: string;
  /** What Node says of the code that it compiled before. */
  let said: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "causeway-start-"));
    await writeFile(join(folder, "causeway.yaml"), "store: sqlite:./ledger.db\n");
    await serve();
    said = await serve();
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** Serves until it listens. Resolves with all that was written. */
  async function serve(): Promise<string> {
    const child = spawn(process.execPath, [...startArguments, "--port", "0"], {
      cwd: folder,
      env: { PATH: process.env.PATH, HOME: folder, NODE_DEBUG_NATIVE: "COMPILE_CACHE" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    const keep = (text: string): void => {
      const listened = output.includes("serves on http://");
      output += text;
      if (!listened && output.includes("serves on http://")) child.kill("SIGTERM");
    };
    child.stdout.setEncoding("utf8").on("data", keep);
    child.stderr.setEncoding("utf8").on("data", keep);
    const [code] = await once(child, "close");
    expect(code, output.slice(-2000)).toBe(0);
    return output;
  }

  const lines = (file: string): string[] =>
    said.split("\n").filter((line) => line.includes("StrippedTypeScript file:") && line.includes(file));

  test("compiles nothing anew", () => {
    expect(lines("/src/main.ts").join("\n")).toContain("retrieving transpile cache");
    expect(said).not.toContain("no transpile cache");
  });

  test("nor does the ledger's thread, which would load Node's compiler for it", () => {
    expect(lines("/src/ledger/sqlite/worker.ts").join("\n")).toMatch(/retrieving transpile cache.*success/);
  });

  test("loads the library that builds queries once: the ledger's thread builds none", () => {
    const loaded = said.split("\n").filter((line) => /reading cache from .*\/kysely\/.*\/kysely\.js\.\.\./.test(line));
    expect(loaded).toHaveLength(1);
  });
});
