import { spawn } from "node:child_process";
import { delimiter, join } from "node:path";

/** The repository's top folder. */
export const root = join(import.meta.dirname, "..");

export interface RunResult {
  /** The exit code; 1 when a signal ended the program. */
  readonly code: number;
  readonly stdout: string;
  /** What it wrote to stdout and stderr, in order of arrival. */
  readonly output: string;
}

/**
 * Runs a program in the repository's top folder, with the project's own tools first in PATH, so that it makes no difference
 * whether npm started the script. Rejects when the program cannot be started.
 */
export function run(command: string, args: readonly string[]): Promise<RunResult> {
  const path = [join(root, "node_modules", ".bin"), process.env.PATH].join(delimiter);
  const child = spawn(command, args, {
    cwd: root,
    env: { ...process.env, PATH: path },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    output += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? 1, stdout, output }));
  });
}
