// Files are written synchronously: a slow machine must not make a half-written file look like a finished one.
import { writeFileSync } from "node:fs";
import { chmod, mkdir, rename, symlink, unlink } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type ConfigSourceOptions, createConfigSource, type LoadedConfig } from "../../src/config/source.ts";
import { dialects, presets, secretsOf, temporaryFolder } from "./fixtures.ts";

const good = "log: { level: warn }\n";
const better = "log: { level: error }\n";

interface Setup extends Partial<ConfigSourceOptions> {
  readonly file?: string;
  readonly dotEnv?: string;
}

async function setUp({ file, dotEnv, ...options }: Setup = {}) {
  const cwd = await temporaryFolder();
  const path = join(cwd, "causeway.yaml");
  if (file !== undefined) writeFileSync(path, file);
  if (dotEnv !== undefined) writeFileSync(join(cwd, ".env"), dotEnv);
  const source = createConfigSource({ cwd, flags: {}, env: {}, presets, dialects, quietMs: 20, ...options });
  onTestFinished(() => source.close());
  return { cwd, path, source };
}

type Source = ReturnType<typeof createConfigSource>;

/** Hands out one change after the other. */
function watchChanges(source: Source) {
  const seen: LoadedConfig[] = [];
  let wake: (() => void) | undefined;
  const onError = (error: unknown) => {
    throw error;
  };
  source.watch({
    onError,
    onChange(loaded) {
      seen.push(loaded);
      wake?.();
    },
  });
  return {
    seen,
    async next(): Promise<LoadedConfig> {
      if (seen.length === 0) await new Promise<void>((resolve) => (wake = resolve));
      const loaded = seen.shift();
      if (loaded === undefined) throw new Error("woken without a change");
      return loaded;
    },
  };
}

const levelOf = ({ config }: LoadedConfig): string | undefined => config?.log.level;

test("A missing file is no problem, unless it was asked for.", async () => {
  const { source, cwd } = await setUp();
  expect(await source.load()).toMatchObject({ path: undefined, problems: [] });
  const asked = createConfigSource({ cwd, flags: { config: "mine.yaml" }, env: {}, presets, dialects });
  expect((await asked.load()).problems).toEqual([
    {
      line: 0,
      column: 0,
      path: "--config",
      message: `there is no such file (${join(cwd, "mine.yaml")}): 'npm start -- init' writes one`,
    },
  ]);
  const named = createConfigSource({ cwd, flags: {}, env: { CAUSEWAY_CONFIG: "mine.yaml" }, presets, dialects });
  expect((await named.load()).problems[0]?.path).toBe("CAUSEWAY_CONFIG");
});

test("The option names the file before the variable does.", async () => {
  const { source, cwd } = await setUp({ flags: { config: "a.yaml" }, env: { CAUSEWAY_CONFIG: "b.yaml" } });
  writeFileSync(join(cwd, "a.yaml"), good);
  const loaded = await source.load();
  expect([levelOf(loaded), loaded.path]).toEqual(["warn", join(cwd, "a.yaml")]);
});

test("A folder in place of the file is a problem that says so.", async () => {
  const { source, path } = await setUp();
  await mkdir(path);
  const [problem] = (await source.load()).problems;
  expect(problem?.message).toBe(`the file cannot be read: check that it is a file, and who may read it (${path})`);
});

test("The environment is completed by .env, which overrides nothing that is set.", async () => {
  const dotEnv = 'OPENAI_API_KEY="from .env" # a comment\nCAUSEWAY_LOG_LEVEL=error\nexport CAUSEWAY_PORT=4321\n';
  const { source } = await setUp({ dotEnv: dotEnv.replace("from .env", "dot"), env: { CAUSEWAY_LOG_LEVEL: "debug" } });
  const { config } = await source.load();
  expect(config?.providers.map((provider) => [provider.name, secretsOf(provider)])).toEqual([["openai", ["dot"]]]);
  expect([config?.log.level, config?.listen.port]).toEqual(["debug", 4321]);
});

test("What the last load found is kept.", async () => {
  const { source, path } = await setUp({ file: "log: { level: loud }\n" });
  const { config, problems } = await source.load();
  expect([config, problems.length]).toEqual([undefined, 1]);
  expect(source.problems).toEqual(problems);
  writeFileSync(path, good);
  await source.load();
  expect(source.problems).toEqual([]);
});

test("A text or the file can be checked without loading it.", async () => {
  const { source, path } = await setUp({ file: good, dotEnv: "KEY=k\n" });
  await source.load();
  writeFileSync(path, "log: { level: loud }\n");
  expect((await source.check()).map((problem) => problem.path)).toEqual(["log.level"]);
  expect(await source.check(`access: { keys: ["\${KEY}"] }`)).toEqual([]);
  expect(await source.check("")).toEqual([]);
  expect((await source.check("nope: 1")).map((problem) => problem.path)).toEqual(["nope"]);
  expect(source.problems).toEqual([]);
});

test("A file that is written anew is loaded anew.", async () => {
  const { source, path } = await setUp({ file: good });
  await source.load();
  const changes = watchChanges(source);
  writeFileSync(path, better);
  expect(levelOf(await changes.next())).toBe("error");
});

test("A file that another one is renamed to is loaded anew, time and again.", async () => {
  const { source, path, cwd } = await setUp({ file: good });
  await source.load();
  const changes = watchChanges(source);
  for (const level of ["error", "debug", "trace"]) {
    writeFileSync(join(cwd, "new"), `log: { level: ${level} }\n`);
    await rename(join(cwd, "new"), path);
    expect(levelOf(await changes.next())).toBe(level);
  }
});

test("A swap of the link that Kubernetes puts before a config map is seen.", async () => {
  const { source, path, cwd } = await setUp();
  for (const [version, text] of Object.entries({ "..v1": good, "..v2": better, "..v3": good })) {
    await mkdir(join(cwd, version));
    writeFileSync(join(cwd, version, "causeway.yaml"), text);
  }
  await symlink("..v1", join(cwd, "..data"));
  await symlink("..data/causeway.yaml", path);
  expect(levelOf(await source.load())).toBe("warn");
  const changes = watchChanges(source);
  for (const [version, level] of [
    ["..v2", "error"],
    ["..v3", "warn"],
  ] as const) {
    await symlink(version, join(cwd, "..data_tmp"));
    await rename(join(cwd, "..data_tmp"), join(cwd, "..data"));
    expect(levelOf(await changes.next())).toBe(level);
  }
});

test("A change in the folder that a link leads to is seen.", async () => {
  const elsewhere = await temporaryFolder();
  const { source, path } = await setUp();
  writeFileSync(join(elsewhere, "real.yaml"), good);
  await symlink(join(elsewhere, "real.yaml"), path);
  await source.load();
  const changes = watchChanges(source);
  await expect
    .poll(async () => {
      writeFileSync(join(elsewhere, "real.yaml"), better);
      return changes.seen.length;
    })
    .toBe(1);
  expect(levelOf(await changes.next())).toBe("error");
});

test("A change of .env counts, and a file that comes into being.", async () => {
  const { source, path, cwd } = await setUp();
  await source.load();
  const changes = watchChanges(source);
  writeFileSync(join(cwd, ".env"), "OPENAI_API_KEY=one\n");
  expect((await changes.next()).config?.providers.map(secretsOf)).toEqual([["one"]]);
  writeFileSync(path, good);
  expect(levelOf(await changes.next())).toBe("warn");
});

test("What changes between loading and watching is not missed.", async () => {
  const { source, path } = await setUp({ file: good });
  await source.load();
  writeFileSync(path, better);
  expect(levelOf(await watchChanges(source).next())).toBe("error");
});

test("A bad file is handed over as its problems, and mended it is loaded.", async () => {
  const { source, path } = await setUp({ file: good });
  await source.load();
  const changes = watchChanges(source);
  writeFileSync(path, "log: { level: loud }\n");
  const bad = await changes.next();
  expect([bad.config, bad.problems.map((problem) => problem.line)]).toEqual([undefined, [1]]);
  expect(source.problems).toEqual(bad.problems);
  writeFileSync(path, better);
  expect(levelOf(await changes.next())).toBe("error");
  expect(source.problems).toEqual([]);
});

test("A file that is gone or emptied is refused: the configuration in force stays.", async () => {
  const { source, path } = await setUp({ file: good });
  await source.load();
  const changes = watchChanges(source);
  await unlink(path);
  expect((await changes.next()).problems[0]?.message).toBe(
    "the file is gone: to run without it, start the gateway anew",
  );
  writeFileSync(path, "\n");
  expect((await changes.next()).problems[0]?.message).toContain("the file is empty");
  writeFileSync(path, good);
  expect(levelOf(await changes.next())).toBe("warn");
});

test("A gateway that listens on more than this machine does not lose its access keys on the way.", async () => {
  const { source, path } = await setUp({ file: "listen: :4000\naccess: { keys: [k] }\n" });
  expect((await source.load()).config?.listen.host).toBeUndefined();
  writeFileSync(path, "listen: 127.0.0.1:4000\n");
  const opened = await source.load();
  expect([opened.config, opened.problems]).toEqual([
    undefined,
    [
      {
        line: 0,
        column: 0,
        path: "access.keys",
        message: "the gateway still listens on *:4000: to run without access keys, start it anew",
      },
    ],
  ]);
  writeFileSync(path, "listen: 127.0.0.1:4000\naccess: { keys: [other] }\n");
  expect((await source.load()).config?.access.keys).toEqual(["other"]);
});

test("Touching files without changing them, and other files, calls nobody.", async () => {
  const { source, path, cwd } = await setUp({ file: good });
  await source.load();
  const changes = watchChanges(source);
  writeFileSync(path, good);
  await chmod(path, 0o600);
  writeFileSync(join(cwd, "causeway.db-wal"), "x");
  writeFileSync(join(cwd, ".env"), "");
  writeFileSync(path, better);
  expect(levelOf(await changes.next())).toBe("error");
  expect(changes.seen).toEqual([]);
});

test("What was loaded by hand in the meantime is not reported once more.", async () => {
  const { source, path } = await setUp({ file: good });
  await source.load();
  writeFileSync(path, better);
  await source.load();
  const changes = watchChanges(source);
  writeFileSync(path, "log: { level: trace }\n");
  expect(levelOf(await changes.next())).toBe("trace");
});

test("A listener that fails is reported, and the next change is still seen.", async () => {
  const { source, path } = await setUp({ file: good });
  await source.load();
  const { promise: failed, resolve: onError } = Promise.withResolvers<unknown>();
  const { promise: changed, resolve: onChange } = Promise.withResolvers<LoadedConfig>();
  let times = 0;
  source.watch({
    onError,
    onChange(loaded) {
      times += 1;
      if (times === 1) throw new Error("no");
      onChange(loaded);
    },
  });
  writeFileSync(path, better);
  expect(await failed).toEqual(new Error("no"));
  writeFileSync(path, "log: { level: trace }\n");
  expect(levelOf(await changed)).toBe("trace");
});

test("A folder that cannot be watched is reported and stops nothing.", async () => {
  const { source, cwd } = await setUp({ flags: { config: "nowhere/causeway.yaml" } });
  const { promise: failed, resolve: onError } = Promise.withResolvers<unknown>();
  const { promise: changed, resolve: onChange } = Promise.withResolvers<LoadedConfig>();
  await source.load();
  source.watch({ onError, onChange });
  expect(await failed).toMatchObject({ code: "ENOENT" });
  writeFileSync(join(cwd, ".env"), "X=1\n");
  expect((await changed).problems).toHaveLength(1);
});
