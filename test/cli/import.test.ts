import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { ImportLedger } from "../../src/imports/ledger.ts";
import { answered, failed, openLedger, secret, writeApantli } from "../imports/fixtures.ts";
import { run, temporaryFolder } from "./fixtures.ts";

const actions = {
  version: "1.2.3",
  openImport: async ({ path }: { readonly path: string }): Promise<ImportLedger> => (await openLedger(path)).imports,
  providerOf: (model: string) => (model.startsWith("gpt-") ? "openai" : undefined),
};

async function ledgerRows(path: string) {
  const { ledger } = await openLedger(path);
  const rows = await ledger.list({}, 100);
  await ledger.close();
  return rows;
}

test("import apantli says what it did, and a second time that it is all there.", async () => {
  const cwd = await temporaryFolder();
  writeApantli(join(cwd, "requests.db"), [answered(), failed()]);
  const first = await run(["import", "apantli", "requests.db"], { cwd, actions });
  expect(first).toMatchObject({ code: 0, err: "" });
  expect(first.out).toContain("imported       2 rows  1000 input tokens  50 output tokens  $0.001234560\n");
  expect(first.out).toContain(`The sums agree.\n`);
  expect(first.out).toContain(`Ledger: ${join(cwd, "causeway.db")}\n`);
  expect(first.out).not.toContain(secret);
  const again = await run(["import", "apantli", "requests.db"], { cwd, actions });
  expect(again.out).toContain("imported       0 rows");
  expect(again.out).toContain("there already  2 rows");
  expect(await ledgerRows(join(cwd, "causeway.db"))).toHaveLength(2);
});

test("a dry run says the same, and leaves no ledger behind.", async () => {
  const cwd = await temporaryFolder();
  writeApantli(join(cwd, "requests.db"), [answered()]);
  const { code, out } = await run(["import", "apantli", "requests.db", "--dry-run"], { cwd, actions });
  expect(code).toBe(0);
  expect(out).toContain("would be imported   1 row ");
  await expect(stat(join(cwd, "causeway.db"))).rejects.toThrow("ENOENT");
});

test("bodies are kept as the configuration says.", async () => {
  const cwd = await temporaryFolder();
  writeApantli(join(cwd, "requests.db"), [answered()]);
  await writeFile(join(cwd, "causeway.yaml"), "ledger: { bodies: metadata }\nstore: sqlite:./other.db\n");
  const { out } = await run(["import", "apantli", "requests.db"], { cwd, actions });
  expect(out).toContain("Bodies were left out: ledger.bodies is metadata.\n");
  const { ledger } = await openLedger(join(cwd, "other.db"));
  const [row] = await ledger.list({}, 1);
  expect((await ledger.find(row?.id ?? ""))?.bodies).toBeUndefined();
  await ledger.close();
});

test("what cannot be imported is said, with exit code 1.", async () => {
  const cwd = await temporaryFolder();
  const missing = await run(["import", "apantli", "none.db"], { cwd, actions });
  expect(missing).toMatchObject({ code: 1, err: expect.stringContaining("none.db cannot be opened") });
  const unread = await run(["import", "litellm-config", "none.yaml"], { cwd, actions });
  expect(unread).toMatchObject({ code: 1, err: expect.stringContaining("none.yaml cannot be read") });
  await writeFile(join(cwd, "causeway.yaml"), "listen: nowhere\n");
  const faulty = await run(["import", "apantli", "none.db"], { cwd, actions });
  expect(faulty).toMatchObject({ code: 1, err: expect.stringContaining("causeway.yaml:1:9  listen") });
});

const litellm = `
model_list:
  - { model_name: fast, litellm_params: { model: gpt-4.1-mini, api_key: os.environ/OPENAI_API_KEY, cache: {} } }
`;

test("import litellm-config prints a configuration that passes the check, and what it left on stderr.", async () => {
  const cwd = await temporaryFolder();
  await writeFile(join(cwd, "config.yaml"), litellm);
  const printed = await run(["import", "litellm-config", "config.yaml"], { cwd, actions });
  expect(printed.code).toBe(0);
  expect(printed.err).toBe(`1 of 1 entries of model_list were carried over.
Not carried over:
  config.yaml:3  litellm_params.cache
Variables to set before it can serve:
  OPENAI_API_KEY
`);
  await writeFile(join(cwd, ".env"), "OPENAI_API_KEY=sk-0123456789abcdef\n");
  const written = await run(["import", "litellm-config", "config.yaml", "-o", "causeway.yaml"], { cwd, actions });
  expect(written).toMatchObject({ code: 0, out: "" });
  expect(written.err).not.toContain("Variables");
  expect(await readFile(join(cwd, "causeway.yaml"), "utf8")).toBe(printed.out);
  expect((await stat(join(cwd, "causeway.yaml"))).mode & 0o077).toBe(0);
  const checked = await run(["check"], { cwd });
  expect(checked.out).toContain("aliases    fast → openai/gpt-4.1-mini\n");
  const again = await run(["import", "litellm-config", "config.yaml", "-o", "causeway.yaml"], { cwd, actions });
  expect(again).toMatchObject({ code: 1, err: "causeway.yaml is there already: --force overwrites it.\n" });
});

test("a result that needs a hand is written, and its faults are said.", async () => {
  const cwd = await temporaryFolder();
  await writeFile(join(cwd, "config.yaml"), litellm.replace("cache: {}", "temperature: warm"));
  const { code, out, err } = await run(["import", "litellm-config", "config.yaml"], { cwd, actions });
  expect([code, out.includes("temperature: warm")]).toEqual([1, true]);
  expect(err).toContain("The result needs a hand:\nthe result:");
  expect(err).toContain("params.temperature  expected a number, found a text\n");
});

test("import rotator makes a configuration with references, never with keys.", async () => {
  const cwd = await temporaryFolder();
  await writeFile(join(cwd, ".env"), "OPENAI_API_KEY_1=sk-0123456789abcdef\nOPENAI_API_KEY_2=sk-fedcba9876543210\n");
  const { code, err, out } = await run(["import", "rotator", ".env", "-o", "causeway.yaml"], { cwd, actions });
  expect({ code, err, out }).toEqual({
    code: 0,
    err: "Wrote causeway.yaml.\n1 of 1 providers were carried over.\n",
    out: "",
  });
  expect(await readFile(join(cwd, "causeway.yaml"), "utf8")).not.toContain("sk-");
  expect((await run(["check"], { cwd })).out).toContain("openai  2 keys  sk-…cdef, sk-…3210");
});
