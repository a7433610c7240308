import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { run, temporaryFolder } from "./fixtures.ts";

async function folderWith(text: string): Promise<string> {
  const cwd = await temporaryFolder();
  await writeFile(join(cwd, "causeway.yaml"), text);
  return cwd;
}

test("A good configuration is told with masked keys, and the exit code is 0.", async () => {
  const cwd = await folderWith(`
access: { keys: [short] }
providers:
  openai: { keys: [sk-0123456789abcdef, sk-fedcba9876543210] }
  local: { dialect: gemini, base_url: "https://a.example/v1?key=hush" }
models: { fast: openai/gpt-4.1-mini }
`);
  const { code, out, err } = await run(["check"], { cwd });
  expect([code, err]).toEqual([0, ""]);
  expect(out).toBe(`ok: causeway.yaml
  listen     127.0.0.1:4000
  store      ${cwd}/causeway.db
  access     1 key   …
  providers  openai  2 keys  sk-…cdef, sk-…3210  https://api.openai.com/v1
             local   no key  https://a.example/v1
  aliases    fast → openai/gpt-4.1-mini
`);
});

test("Plans are told with their targets and conditions, keys by their names.", async () => {
  const cwd = await folderWith(`
providers:
  openai: { keys: [sk-0123456789abcdef, { key: sk-fedcba9876543210, name: team-b }] }
models:
  both: [openai/a, openai/b]
  off: { strategy: round-robin, targets: [openai/a, { model: openai/b, enabled: false }] }
  smart:
    strategy: weighted
    targets: [{ model: openai/a, weight: 3 }, openai/b]
    when:
      - { if: { input_tokens_over: 1000, stream: false }, use: [openai/c, openai/d] }
      - { if: { has: [image, tools], metadata: { team: blue }, input_tokens_under: 10 }, use: openai/e }
`);
  const { out } = await run(["check"], { cwd });
  expect(
    out.slice(out.indexOf("  providers")),
  ).toBe(`  providers  openai  2 keys  sk-…cdef, team-b  https://api.openai.com/v1
  aliases    both → openai/a, else openai/b
             off → openai/a
             smart → weighted: openai/a 3, openai/b 1
               when input_tokens_over 1000 and stream false → openai/c, else openai/d
               when input_tokens_under 10 and has image and has tools and metadata team: blue → openai/e
`);
});

test("Without a file it says so.", async () => {
  const { code, out } = await run(["check"], { cwd: await temporaryFolder() });
  expect(code).toBe(0);
  expect(out.startsWith("ok: no file, the environment and the defaults\n")).toBe(true);
  expect(out).toContain("providers  none\n");
});

test("Problems are printed one a line with their place, and the exit code is 1.", async () => {
  const cwd = await folderWith("listen: nowhere\nproviders:\n  openai: {}\n");
  const { code, out, err } = await run(["check"], { cwd, env: { CAUSEWAY_LOG_LEVEL: "loud" } });
  expect(out.split("\n")).toEqual([
    "causeway.yaml:1:9  listen  expected host:port, such as 127.0.0.1:4000, [::1]:4000 or :4000, found 'nowhere'",
    "causeway.yaml:3:3  providers.openai  has no keys: set the variable OPENAI_API_KEY in the environment or in .env, or list some under 'keys'",
    "CAUSEWAY_LOG_LEVEL  expected one of trace, debug, info, warn, error, fatal, silent, found 'loud'",
    "",
  ]);
  expect([code, err]).toEqual([1, "3 problems\n"]);
});

test("Another file can be named; one that is not there is a problem.", async () => {
  const cwd = await temporaryFolder();
  await writeFile(join(cwd, "other.yaml"), "nope: 1\n");
  expect((await run(["check", "other.yaml"], { cwd })).out).toContain("other.yaml:1:1  nope  unknown key 'nope'");
  const missing = await run(["check", "missing.yaml"], { cwd });
  expect(missing.out).toBe(
    `--config  there is no such file (${join(cwd, "missing.yaml")}): 'npm start -- init' writes one\n`,
  );
  expect(missing.code).toBe(1);
});
