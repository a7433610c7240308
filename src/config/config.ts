import { isDeepStrictEqual } from "node:util";
import type { ListenAddress } from "./listen.ts";
import type { bodyModes, logLevels } from "./schema.ts";

/** What the gateway is set up to be: parsed, checked, with every default in place. Times in ms, sizes in bytes. */
export interface Config {
  readonly listen: ListenAddress;
  readonly store: StoreLocation;
  readonly tls: TlsFiles | undefined;
  readonly access: { readonly keys: readonly string[] };
  readonly cors: { readonly origins: readonly string[] };
  readonly limits: { readonly bodyBytes: number };
  readonly timeouts: Timeouts;
  readonly shutdown: { readonly graceMs: number };
  readonly ledger: { readonly bodies: (typeof bodyModes)[number]; readonly bodyLimitBytes: number };
  readonly prices: readonly ConfiguredPrice[];
  readonly log: { readonly level: (typeof logLevels)[number] };
  /** Those that are enabled: the file's in its order, then the environment's in the order of the presets. */
  readonly providers: readonly ProviderConfig[];
  /** Alias to "provider/model". */
  readonly aliases: Readonly<Record<string, string>>;
}

export interface StoreLocation {
  readonly kind: "sqlite";
  /** Absolute, or ":memory:". */
  readonly path: string;
}

/** Absolute paths of PEM files. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
}

export interface Timeouts {
  /** A whole call. */
  readonly requestMs: number;
  /** Until a connection to the provider stands. */
  readonly connectMs: number;
  /** Until the first byte of the provider's answer. */
  readonly firstByteMs: number;
  /** Between two pieces of the provider's answer. */
  readonly idleMs: number;
}

/** Nano-dollars a million tokens. undefined: not said. */
export interface ConfiguredPrice {
  /** "provider/model", where * stands for any characters. The first entry that fits counts. */
  readonly model: string;
  readonly input: bigint;
  readonly output: bigint;
  readonly cacheRead: bigint | undefined;
  readonly cacheWrite5m: bigint | undefined;
  readonly cacheWrite1h: bigint | undefined;
  readonly inputAudio: bigint | undefined;
  readonly outputAudio: bigint | undefined;
}

export interface ProviderConfig {
  readonly name: string;
  /** The preset it follows. undefined: none, and it wants no key beyond those given. */
  readonly preset: string | undefined;
  readonly dialect: string;
  readonly baseUrl: string;
  /** Without repetitions. */
  readonly keys: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly timeouts: Timeouts;
}

/** What configuration has to know of a provider that needs no base_url and no dialect in the file. */
export interface ProviderPreset {
  readonly name: string;
  readonly dialect: string;
  readonly baseUrl: string;
  /** Variables that hold its keys; the first of them that is set counts, with its numbered sisters (NAME_1, …). */
  readonly envKeys: readonly string[];
  /** The variable from which the vendor's own programs take the base URL. */
  readonly baseUrlEnv?: string | undefined;
  /** What the value of `baseUrlEnv` means. Absent: it is the base URL. */
  readonly readBaseUrlEnv?: ((value: string) => string) | undefined;
  /** It answers without a key, as servers on one's own machine do. */
  readonly keyless?: boolean | undefined;
  /** It is there without being configured. */
  readonly builtIn?: boolean | undefined;
}

/** Settings that are read once, when the gateway starts. */
const readAtStart = ["listen", "store", "tls", "cors", "limits", "shutdown", "log"] as const;

/** Which settings differ, but take effect only at the next start. */
export function needsRestart(old: Config, fresh: Config): string[] {
  return readAtStart.filter((setting) => !isDeepStrictEqual(old[setting], fresh[setting]));
}
