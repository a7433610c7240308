import type { ProviderPreset } from "../config/config.ts";
import type { Environment } from "../config/environment.ts";
import type { ConfigFlags } from "../config/overlay.ts";
import type { LoadedConfig } from "../config/source.ts";

/** What a command may touch of the process. */
export interface CliIo {
  readonly stdout: CliOutput;
  readonly stderr: CliOutput;
  readonly stdin: AsyncIterable<Uint8Array | string> & { readonly isTTY?: boolean; destroy?(): unknown };
  readonly env: Environment;
  readonly cwd: string;
  /** Aborts when a person wants the command to end (Ctrl-C). */
  readonly signal: AbortSignal;
}

export interface CliOutput {
  write(text: string): unknown;
  /** Whether a person watches. */
  readonly isTTY?: boolean;
}

/** What commands need of the rest of the gateway. */
export interface CliActions {
  readonly version: string;
  /** The vendors known by name. */
  readonly presets: readonly ProviderPreset[];
  /** Serves until it is told to stop. Rejects with an Error that says what to do. */
  serve(flags: ConfigFlags): Promise<void>;
  loadConfig(flags: ConfigFlags): Promise<LoadedConfig>;
  /** Whether the preset's server answers on this machine. Asked of presets that need no key. */
  probe(preset: ProviderPreset): Promise<boolean>;
}

/** Ends a command with a message for the person. */
export class CliError extends Error {
  override readonly name = "CliError";
  /** 1: it failed. 2: it was called wrongly. 130: it was interrupted. */
  readonly exitCode: 1 | 2 | 130;

  constructor(message: string, exitCode: 1 | 2 | 130 = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Somebody has ended the command (Ctrl-C). */
export const interrupted = (): CliError => new CliError("Interrupted.", 130);
