import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { run, temporaryFolder } from "./fixtures.ts";

const secret = "sk-0123456789abcdef";

const probed: string[] = [];
const probe = ({ name }: { readonly name: string }) => {
  probed.push(name);
  return Promise.resolve(name === "ollama");
};

test("It writes what it finds by reference, says what to do next, and what it wrote passes the check.", async () => {
  const cwd = await temporaryFolder();
  await writeFile(join(cwd, ".env"), `GOOGLE_API_KEY=${secret}\n`);
  const env = {
    OPENAI_API_KEY: secret,
    OPENAI_API_KEY_2: `${secret}2`,
    OPENAI_API_KEY_3: secret,
    CAUSEWAY_API_KEY: "k",
  };
  const { code, out, err } = await run(["init"], { cwd, env, actions: { probe } });
  expect([code, err]).toEqual([0, ""]);
  expect(probed, "only servers that need no key are looked for").toEqual(["ollama"]);
  expect(out).toBe(`Wrote causeway.yaml.
  openai: keys from OPENAI_API_KEY, OPENAI_API_KEY_2
  gemini: keys from GOOGLE_API_KEY
  ollama: answers on this machine
Next:
  npm start                   serve with it
  npm start -- check          say what is wrong with it, when you have changed it
  npm start -- chat "Hello!"  ask something, while it serves
`);
  const text = await readFile(join(cwd, "causeway.yaml"), "utf8");
  expect(parse(text)).toEqual({
    listen: "127.0.0.1:4000",
    store: "sqlite:./causeway.db",
    access: { keys: [`\${CAUSEWAY_API_KEY}`] },
    providers: {
      openai: { keys: [`\${OPENAI_API_KEY}`, `\${OPENAI_API_KEY_2}`] },
      gemini: { keys: [`\${GOOGLE_API_KEY}`] },
      ollama: {},
    },
  });
  expect(text + out).not.toContain(secret);
  const check = await run(["check"], { cwd, env });
  expect([check.code, check.err]).toEqual([0, ""]);
  expect(check.out).toContain("openai  2 keys  sk-…cdef, sk-…def2");
});

test("With nothing there it writes all as comments, which pass the check, too.", async () => {
  const cwd = await temporaryFolder();
  const { code, out } = await run(["init"], { cwd });
  expect(code).toBe(0);
  expect(out).toContain("No provider was found. Put a key into the environment or into .env");
  expect(out).toContain("OPENAI_API_KEY, ANTHROPIC_API_KEY, GEMINI_API_KEY, …");
  const text = await readFile(join(cwd, "causeway.yaml"), "utf8");
  expect(Object.keys(parse(text))).toEqual(["listen", "store"]);
  expect((await run(["check"], { cwd })).code).toBe(0);
});

test("Every comment that is a setting passes the check when it is uncommented.", async () => {
  const cwd = await temporaryFolder();
  const env = { OPENAI_API_KEY: secret, CAUSEWAY_API_KEY: "k" };
  await run(["init"], { cwd });
  const path = join(cwd, "causeway.yaml");
  const text = await readFile(path, "utf8");
  const uncommented = text
    .replace(/^# ((?: {2})*[a-z]+:(?: .*)?)$/gm, "$1")
    .replace(/^# {3}(.*)$/gm, "  $1")
    .replace(/^tls:.*$/m, "");
  await writeFile(path, uncommented);
  const check = await run(["check"], { cwd, env });
  expect(check.out + check.err).toContain("ok: causeway.yaml");
  expect(Object.keys(parse(uncommented)).sort()).toEqual(
    "access cors ledger limits listen log models prices providers routing shutdown store streams timeouts".split(" "),
  );
});

test("A file that is there is kept, unless it is forced.", async () => {
  const cwd = await temporaryFolder();
  const path = join(cwd, "causeway.yaml");
  await writeFile(path, "mine: 1\n");
  const { code, out, err } = await run(["init"], { cwd });
  expect([code, out, err]).toEqual([1, "", `${path} is there already: --force overwrites it.\n`]);
  expect(await readFile(path, "utf8")).toBe("mine: 1\n");
  expect((await run(["init", "--force"], { cwd })).code).toBe(0);
  expect(await readFile(path, "utf8")).toContain("listen: 127.0.0.1:4000");
});

test("Another file can be named; what cannot be written is said.", async () => {
  const cwd = await temporaryFolder();
  const { out } = await run(["init", "other.yaml"], { cwd });
  expect(out).toContain("Wrote other.yaml.");
  expect(out).toContain("npm start -- --config other.yaml");
  expect(out).toContain("npm start -- check other.yaml");
  expect((await run(["check", "other.yaml"], { cwd })).code).toBe(0);
  const missing = await run(["init", "no/such.yaml"], { cwd });
  expect([missing.code, missing.err]).toEqual([
    1,
    `${join(cwd, "no/such.yaml")} cannot be written: its folder does not exist.\n`,
  ]);
  expect((await run(["init", "--force", "."], { cwd })).err).toContain("cannot be written");
});
