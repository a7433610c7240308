import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Config, ProviderConfig, ProviderPreset } from "../../src/config/config.ts";
import type { ConfigProblem } from "../../src/config/problem.ts";
import { type ReadInput, readConfig } from "../../src/config/read.ts";

export const presets: readonly ProviderPreset[] = [
  {
    name: "openai",
    dialects: ["openai-chat", "openai-responses"],
    baseUrl: "https://api.openai.com/v1",
    envKeys: ["OPENAI_API_KEY"],
  },
  { name: "anthropic", dialects: ["anthropic"], baseUrl: "https://api.anthropic.com", envKeys: ["ANTHROPIC_API_KEY"] },
  {
    name: "gemini",
    dialects: ["gemini"],
    baseUrl: "https://generativelanguage.googleapis.com",
    envKeys: ["GEMINI_API_KEY", "GOOGLE_API_KEY"],
  },
  { name: "ollama", dialects: ["openai-chat"], baseUrl: "http://127.0.0.1:11434/v1", envKeys: [], keyless: true },
];
export const dialects = ["openai-chat", "openai-responses", "anthropic", "gemini"];

const noFile = Object.assign(new Error("no such file"), { code: "ENOENT" });

export const read = (text: string, input: Partial<ReadInput> = {}) =>
  readConfig({
    text,
    env: {},
    flags: {},
    cwd: "/srv/causeway",
    presets,
    dialects,
    readFile: () => Promise.reject(noFile),
    ...input,
  });

/** The configuration of a text that has to be right. */
export async function readGood(text: string, input: Partial<ReadInput> = {}): Promise<Config> {
  const { config, problems } = await read(text, input);
  if (config === undefined) throw new Error(`expected no problems, found:\n${problems.map(show).join("\n")}`);
  return config;
}

/** Problems as "line:column path: message". */
export async function problemsOf(text: string, input: Partial<ReadInput> = {}): Promise<string[]> {
  return (await read(text, input)).problems.map(show);
}

const show = ({ line, column, path, message }: ConfigProblem): string => `${line}:${column} ${path}: ${message}`;

/** The secrets of a provider's credentials, in their order. */
export const secretsOf = ({ credentials }: Pick<ProviderConfig, "credentials">): string[] =>
  credentials.map(({ secret }) => secret);

/** A folder that is removed after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "causeway-config-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
