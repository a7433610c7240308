import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { type BannerFacts, banner } from "../../src/cli/banner.ts";
import { temporaryFolder } from "./fixtures.ts";

const facts: BannerFacts = {
  version: "1.2.3",
  url: "http://127.0.0.1:4000",
  configPath: "/srv/causeway.yaml",
  providers: [
    { name: "openai", keys: ["sk-…9abc", "sk-…0def"] },
    { name: "ollama", keys: [] },
  ],
  aliases: { fast: "openai/gpt-4.1-mini" },
  store: "/srv/causeway.db",
  accessRequired: false,
  model: "fast",
};

test("The banner says where, with whom, and how to try it.", () => {
  expect(banner(facts)).toBe(`Causeway 1.2.3 serves on http://127.0.0.1:4000
  config     /srv/causeway.yaml
  store      /srv/causeway.db
  providers  openai  2 keys  sk-…9abc, sk-…0def
             ollama  no key
  aliases    fast → openai/gpt-4.1-mini
  access     without a key
Try it:
  curl http://127.0.0.1:4000/v1/chat/completions -H 'content-type: application/json' -d '{"model":"fast","messages":[{"role":"user","content":"Hello!"}]}'
`);
});

test("Of many keys some are shown, and of what there is none nothing.", () => {
  const text = banner({
    ...facts,
    configPath: undefined,
    aliases: {},
    providers: [{ name: "a", keys: ["1…1", "2…2", "3…3", "4…4"] }],
  });
  expect(text).toContain("a  4 keys  1…1, 2…2, 3…3, …\n");
  expect(text).toContain("no file; 'npm start -- init' writes one");
  expect(text).not.toContain("aliases");
});

test("The line to try can be pasted into a shell, with any model and with the key from its variable.", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "curl"), "#!/bin/sh\nprintf '%s\\n' \"$@\"\n", { mode: 0o755 });
  const model = `it's "x" $HOME`;
  const text = banner({ ...facts, accessRequired: true, model });
  expect(text).toContain("Try it (CAUSEWAY_API_KEY: one of the access keys):\n");
  const line = text.trimEnd().split("\n").at(-1) ?? "";
  const { stdout } = await promisify(execFile)("/bin/sh", ["-c", line], {
    env: { PATH: folder, CAUSEWAY_API_KEY: "k-1" },
  });
  expect(stdout.trimEnd().split("\n")).toEqual([
    "http://127.0.0.1:4000/v1/chat/completions",
    "-H",
    "authorization: Bearer k-1",
    "-H",
    "content-type: application/json",
    "-d",
    JSON.stringify({ model, messages: [{ role: "user", content: "Hello!" }] }),
  ]);
});
