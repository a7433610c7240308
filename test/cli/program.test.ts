import { expect, test } from "vitest";
import { run } from "./fixtures.ts";

test("Without a command it serves, with the options given.", async () => {
  const args = ["--host", "::1", "-p", "5000", "--store", "sqlite:x", "--log-level", "debug", "--config", "c.yaml"];
  const flags = { host: "::1", port: "5000", store: "sqlite:x", logLevel: "debug", config: "c.yaml" };
  for (const command of [[], ["serve"]]) {
    const { code, served } = await run([...command, ...args]);
    expect([code, served]).toEqual([0, [flags]]);
  }
  expect((await run([])).served).toEqual([{}]);
});

test("What keeps it from serving is said, and the exit code is 1.", async () => {
  const serve = () => Promise.reject(new Error("The gateway cannot listen on 127.0.0.1:4000: port 4000 is taken."));
  const { code, err } = await run([], { actions: { serve } });
  expect([code, err]).toEqual([1, "The gateway cannot listen on 127.0.0.1:4000: port 4000 is taken.\n"]);
});

test.each([
  [["chekc"], "error: unknown command 'chekc': did you mean 'check'?"],
  [["frobnicate"], "error: unknown command 'frobnicate'"],
  [["--prot", "1"], "error: unknown option '--prot'\n(Did you mean --port?)"],
  [["serve", "--hots", "x"], "error: unknown option '--hots'\n(Did you mean --host?)"],
  [["init", "--forc"], "error: unknown option '--forc'\n(Did you mean --force?)"],
  [["check", "a", "b"], "error: too many arguments for 'check'. Expected 1 argument but got 2: a, b."],
  [["--port"], "error: option '-p, --port <port>' argument missing"],
  [["--port", "1", "check"], "error: options come after the command: causeway check …"],
])("Calling it with %j is refused with what was probably meant, and exit code 2.", async (args, message) => {
  const { code, out, err, served } = await run(args);
  expect(err.startsWith(`${message}\n`), err).toBe(true);
  expect([code, out, served]).toEqual([2, "", []]);
});

test.each([[[]], [["serve"]], [["init"]], [["check"]], [["chat"]]])(
  "The help of %j has examples, and the exit code is 0.",
  async (command) => {
    const { code, out, err, served } = await run([...command, "--help"]);
    expect(out).toContain(`Usage: causeway ${command.map((name) => `${name} `).join("")}[options]`);
    expect(out).toContain(`Examples:\n  causeway`);
    expect([code, err, served]).toEqual([0, "", []]);
  },
);

test("The help lists the commands and the options of serving.", async () => {
  const { out } = await run(["-h"]);
  for (const word of [
    "  serve ",
    "  init ",
    "  check ",
    "  chat ",
    "--config <",
    "--host <",
    "--port <",
    "--store <",
    "--log-level <",
  ]) {
    expect(out).toContain(word);
  }
});

test("The version is printed.", async () => {
  expect(await run(["--version"])).toMatchObject({ code: 0, out: "1.2.3\n" });
});
