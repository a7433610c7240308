import { isDeepStrictEqual } from "node:util";
import type { Retention, StoreLocation } from "../core/ledger.ts";
import type { PriceOverride } from "../core/price.ts";
import type { PlanSpec, ProviderSpec, RoutingSettings } from "../core/routing.ts";
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
  /** After how long a silence a stream says that it is alive. */
  readonly streams: { readonly keepAliveMs: number };
  readonly shutdown: { readonly graceMs: number };
  readonly ledger: {
    readonly bodies: (typeof bodyModes)[number];
    readonly bodyLimitBytes: number;
    /** What becomes of new calls while rows cannot be written. */
    readonly onFailure: "serve" | "refuse";
    /** How long writing rows may take before they wait in the journal. */
    readonly commitTimeoutMs: number;
    /** Absolute path, and size of the file. undefined: the store is in memory, and nothing waits for it. */
    readonly journal: { readonly path: string; readonly limitBytes: number } | undefined;
    readonly retention: Retention;
  };
  readonly prices: readonly PriceOverride[];
  readonly log: { readonly level: (typeof logLevels)[number] };
  /** Those that are enabled: the file's in its order, then the environment's in the order of the presets. */
  readonly providers: readonly ProviderConfig[];
  /** What names of one's own stand for. */
  readonly plans: Readonly<Record<string, PlanSpec>>;
  readonly routing: RoutingSettings;
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
  /** Until the first byte of the provider's answer. undefined: a stream's may take 60 s, a whole answer the whole call. */
  readonly firstByteMs: number | undefined;
  /** Between two pieces of the provider's answer. */
  readonly idleMs: number;
}

/** Its credentials are without repetitions, and in the order of the file or the variables' numbers. */
export interface ProviderConfig extends ProviderSpec {
  readonly name: string;
  /** The name of the preset it follows. undefined: none, and it wants no key beyond those given. */
  readonly preset: string | undefined;
  /** What it is spoken to in, unless a client speaks another of its dialects. */
  readonly dialect: string;
  readonly baseUrl: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeouts: Timeouts;
}

/** What configuration has to know of a provider that needs no base_url and no dialect in the file. */
export interface ProviderPreset {
  readonly name: string;
  /** Other names that people know it by. */
  readonly aliases?: readonly string[] | undefined;
  /** What it can be spoken to in, its own language first. */
  readonly dialects: readonly string[];
  /** undefined: each customer has one of their own, that an entry or the environment gives. */
  readonly baseUrl: string | undefined;
  /** The variables from which the vendor's own programs take the base URL. */
  readonly baseUrlFrom?: BaseUrlVariables | undefined;
  /** What a base URL has to look like, and how to say so: "expected …". */
  readonly baseUrlForm?: { readonly pattern: RegExp; readonly expected: string } | undefined;
  /** Variables that hold its keys; the first of them that is set counts, with its numbered sisters (NAME_1, …). */
  readonly envKeys: readonly string[];
  /** Variables that hold a key in parts, where none of `envKeys` is set. */
  readonly envKeyParts?: KeyParts | undefined;
  /** A key is a file's name or its text, and no header has to carry it. */
  readonly keyIsFile?: boolean | undefined;
  /** It answers without a key, as servers on one's own machine do. */
  readonly keyless?: boolean | undefined;
  /** It is there without being configured. */
  readonly builtIn?: boolean | undefined;
}

export interface BaseUrlVariables {
  readonly variables: readonly string[];
  /** For people: which of them to set. Absent: the only one. */
  readonly wanted?: string | undefined;
  /** Makes the base URL of their values, "" for those that are not set. undefined: they do not say. */
  readonly read: (values: readonly string[]) => string | undefined;
}

/** The key is all of them with ":" between, those of `optional` only if they are set. */
export interface KeyParts {
  readonly required: readonly string[];
  readonly optional: readonly string[];
}

/** Settings that are read once, when the gateway starts. */
const readAtStart = ["listen", "store", "tls", "cors", "limits", "streams", "shutdown", "log"] as const;

/** The same of the ledger, by their names in the file. */
const ledgerReadAtStart = { "ledger.commit_timeout": "commitTimeoutMs", "ledger.journal": "journal" } as const;

/** Which settings differ, but take effect only at the next start. */
export function needsRestart(old: Config, fresh: Config): string[] {
  const ofLedger = Object.entries(ledgerReadAtStart).filter(
    ([, setting]) => !isDeepStrictEqual(old.ledger[setting], fresh.ledger[setting]),
  );
  return [
    ...readAtStart.filter((setting) => !isDeepStrictEqual(old[setting], fresh[setting])),
    ...ofLedger.map(([name]) => name),
  ];
}
