import { readFile as readFileOfNode } from "node:fs/promises";
import { resolve } from "node:path";
import { isMissing } from "../lib/missing.ts";
import type { ProviderPreset } from "./config.ts";
import { type Environment, withDotEnv } from "./environment.ts";
import { isLoopback, type ListenAddress, showListen } from "./listen.ts";
import type { ConfigFlags } from "./overlay.ts";
import type { ConfigProblem } from "./problem.ts";
import { type ReadResult, readConfig } from "./read.ts";
import { createFileWatcher, type FileWatcher } from "./watch.ts";

export interface ConfigSourceOptions {
  readonly flags: ConfigFlags;
  /** The process's; .env adds to it. */
  readonly env: Environment;
  /** Where causeway.yaml and .env are looked for, and what relative paths are relative to. */
  readonly cwd: string;
  readonly presets: readonly ProviderPreset[];
  /** Names of the dialects there are. */
  readonly dialects: readonly string[];
  /** Text of a file. Rejects as Node's does. */
  readonly readFile?: (path: string) => Promise<string>;
  /** How long the files have to be left alone before a change counts: an editor writes in several steps. Default: 100. */
  readonly quietMs?: number;
}

export type LoadedConfig = ReadResult & {
  /** The configuration file, absolute. undefined: there is none. */
  readonly path: string | undefined;
};

export interface ConfigListener {
  /** The files are different now. With problems, the configuration in force should stay. */
  readonly onChange: (loaded: LoadedConfig) => void | Promise<void>;
  /** The files cannot be watched, or `onChange` has failed. */
  readonly onError: (error: unknown) => void;
}

export interface ConfigSource {
  /** Reads options, environment, .env and file anew. */
  load(): Promise<LoadedConfig>;
  /** What is wrong with this text, or with the file as it is on disk. Changes nothing. */
  check(yaml?: string): Promise<readonly ConfigProblem[]>;
  /** What the last `load` found, by whomever it was called. */
  readonly problems: readonly ConfigProblem[];
  watch(listener: ConfigListener): void;
  /** Ends watching. */
  close(): void;
}

interface Files {
  /** Where a configuration file is, or would be. */
  readonly wanted: string;
  /** undefined: there is none. */
  readonly path: string | undefined;
  readonly text: string;
  readonly env: Environment;
  readonly problems: readonly ConfigProblem[];
}

export const defaultConfigName = "causeway.yaml";

/** Where the configuration comes from: options before variables (those of .env last) before the file before defaults. */
export function createConfigSource(options: ConfigSourceOptions): ConfigSource {
  const { flags, cwd, readFile = (path) => readFileOfNode(path, "utf8") } = options;
  const dotEnvPath = resolve(cwd, ".env");
  let problems: readonly ConfigProblem[] = [];
  let read: Files | undefined;
  let accepted: Files | undefined;
  /** What the first configuration said, with which the gateway was started. */
  let bound: ListenAddress | undefined;
  let loading: Promise<unknown> = Promise.resolve();
  let watcher: FileWatcher | undefined;

  async function readFiles(): Promise<Files> {
    const dotEnv = await readOptional(dotEnvPath, readFile);
    const env = withDotEnv(options.env, dotEnv.text ?? "");
    const { path, given } = locate(flags, env, cwd);
    const file = await readOptional(path, readFile);
    const found: ConfigProblem[] = [];
    if (dotEnv.problem !== undefined) found.push({ ...nowhere, path: ".env", message: dotEnv.problem });
    if (file.problem !== undefined) found.push({ ...nowhere, path: given, message: `${file.problem} (${path})` });
    else if (file.text === undefined && given !== "") {
      found.push({
        ...nowhere,
        path: given,
        message: `there is no such file (${path}): 'npm start -- init' writes one`,
      });
    }
    return {
      wanted: path,
      path: file.text === undefined ? undefined : path,
      text: file.text ?? "",
      env,
      problems: found,
    };
  }

  const readWith = async ({ env, problems: found }: Files, text: string): Promise<ReadResult> =>
    found.length > 0 ? { config: undefined, problems: found } : readConfig({ ...options, env, text, readFile });

  /** An editor or a full disk may leave the file empty for a while; that is no wish to run without a configuration. */
  function refuseVanished(files: Files): Files {
    if (accepted === undefined || accepted.text.trim() === "" || files.text.trim() !== "") return files;
    const message = `the file is ${files.path === undefined ? "gone" : "empty"}: to run without it, start the gateway anew`;
    return { ...files, problems: [...files.problems, { ...nowhere, path: "", message }] };
  }

  /** Where it listens changes only at the next start: until then, losing the access keys would let everybody in. */
  function refuseOpened(result: ReadResult): ReadResult {
    if (result.config === undefined || result.config.access.keys.length > 0) return result;
    if (bound === undefined || isLoopback(bound.host)) return result;
    const message = `the gateway still listens on ${showListen(bound)}: to run without access keys, start it anew`;
    return { config: undefined, problems: [{ ...nowhere, path: "access.keys", message }] };
  }

  async function loadFiles(files: Files): Promise<LoadedConfig> {
    read = files;
    const checked = refuseVanished(files);
    const result = refuseOpened(await readWith(checked, checked.text));
    problems = result.problems;
    if (result.config !== undefined) {
      accepted = files;
      bound ??= result.config.listen;
    }
    return { ...result, path: files.path };
  }

  /** One after the other, so that the last one to begin is the last one to count. */
  function inTurn<T>(task: () => Promise<T>): Promise<T> {
    const done = loading.then(task);
    loading = done.catch(() => {});
    return done;
  }

  return {
    load: () => inTurn(async () => loadFiles(await readFiles())),
    async check(yaml) {
      const files = await readFiles();
      const result =
        yaml === undefined ? await readWith(files, files.text) : await readWith({ ...files, problems: [] }, yaml);
      return result.problems;
    },
    get problems() {
      return problems;
    },
    watch({ onChange, onError }) {
      watcher?.close();
      const started = createFileWatcher({
        paths: [read?.wanted ?? locate(flags, options.env, cwd).path, dotEnvPath],
        quietMs: options.quietMs ?? 100,
        async onQuiet(isTorn) {
          const loaded = await inTurn(async () => {
            const files = await readFiles();
            if (await isTorn()) return undefined;
            return read !== undefined && isSame(files, read) ? undefined : loadFiles(files);
          });
          if (loaded !== undefined && watcher === started) await onChange(loaded);
        },
        onError,
      });
      watcher = started;
      started.start();
    },
    close() {
      watcher?.close();
      watcher = undefined;
    },
  };
}

const nowhere = { line: 0, column: 0 };

/** `given`: the option or the variable that names the file. Empty: nothing does, and it may be missing. */
function locate(flags: ConfigFlags, env: Environment, cwd: string): { path: string; given: string } {
  if (flags.config !== undefined) return { path: resolve(cwd, flags.config), given: "--config" };
  const variable = env.CAUSEWAY_CONFIG?.trim() ?? "";
  if (variable !== "") return { path: resolve(cwd, variable), given: "CAUSEWAY_CONFIG" };
  return { path: resolve(cwd, defaultConfigName), given: "" };
}

async function readOptional(
  path: string,
  readFile: (path: string) => Promise<string>,
): Promise<{ text?: string; problem?: string }> {
  try {
    return { text: await readFile(path) };
  } catch (error) {
    return isMissing(error) ? {} : { problem: "the file cannot be read: check that it is a file, and who may read it" };
  }
}

/** Whether nothing is different that could make a difference. */
function isSame(a: Files, b: Files): boolean {
  const names = new Set([...Object.keys(a.env), ...Object.keys(b.env)]);
  return (
    a.wanted === b.wanted &&
    a.path === b.path &&
    a.text === b.text &&
    a.problems.length === b.problems.length &&
    [...names].every((name) => a.env[name] === b.env[name])
  );
}
