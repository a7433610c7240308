import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { read, readGood } from "./fixtures.ts";

const page = await readFile(new URL("../../docs/configuration.md", import.meta.url), "utf8");
const examples = [...page.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, yaml = ""]) => yaml);

/** An example that is a part of a file, made whole. */
const whole = (yaml: string): string =>
  yaml.startsWith("params:") ? `models:\n  it:\n    - model: openai/x\n${yaml.replace(/^/gm, "      ")}` : yaml;

test.each(examples.map((yaml) => [yaml.split("\n", 1)[0] ?? "", yaml]))(
  "The documentation's example that begins with '%s' is right.",
  async (_first, yaml) => {
    const keys = [
      "OPENAI_API_KEY",
      "ANTHROPIC_API_KEY",
      "GEMINI_API_KEY",
      "CAUSEWAY_API_KEY",
      "WORK_KEY",
      "LEDGER_PASSWORD",
    ];
    const numbered = ["OPENAI_API_KEY_1", "OPENAI_API_KEY_2", "OPENAI_API_KEY_3"];
    const env = Object.fromEntries([...keys, ...numbered].map((name) => [name, `value-of-${name}`]));
    const { problems } = await read(whole(yaml), { env, readFile: () => Promise.resolve("no certificate") });
    expect(problems.filter(({ path }) => path !== "tls")).toEqual([]);
  },
);

test("The defaults of routing are those that the documentation shows.", async () => {
  const shown = examples.find((yaml) => yaml.includes("model_list:")) ?? "";
  const files = [shown, ""].map((yaml) => `${yaml}models: { it: openai/x }\n`);
  const [documented, standard] = await Promise.all(
    files.map((yaml) => readGood(yaml, { env: { OPENAI_API_KEY: "k" } })),
  );
  expect(documented).toEqual(standard);
});

test("There are examples of everything that has one.", () => {
  const all = examples.join("\n");
  for (const word of ["listen:", "strategy:", "when:", "params:", "routing:", "rotation:", "quota_groups:"]) {
    expect(all).toContain(word);
  }
});
