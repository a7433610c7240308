import type { ModelListRequest } from "../http.ts";
import type { PresetTongue } from "../tongues.ts";

/** What is known of a provider beforehand: data, from its public documentation. */
export interface Preset {
  readonly name: string;
  /** Other names that people know it by. */
  readonly aliases?: readonly string[];
  /** What it can be spoken to in. The first is its own: what is translated is translated into that. */
  readonly tongues: readonly PresetTongue[];
  /** Where a base URL decides what it can be spoken to in. undefined: `tongues`. */
  readonly tonguesAt?: (baseUrl: string) => readonly PresetTongue[] | undefined;
  /** What the vendor's own SDK takes as base URL. undefined: each customer has one of their own. */
  readonly baseUrl: string | undefined;
  /** The environment variables from which the vendor's own SDK takes the base URL. */
  readonly baseUrlFrom?: BaseUrlVariables;
  /** What a base URL has to look like, and how to say so: "expected …". */
  readonly baseUrlForm?: { readonly pattern: RegExp; readonly expected: string };
  /** The path of a base URL that has none. */
  readonly basePath?: string;
  /** Endpoints for chat that it has besides, by which a pasted base URL may be known. */
  readonly otherPaths?: readonly string[];
  /** Environment variables that hold the key, the vendor's own first. */
  readonly envKeys: readonly string[];
  /** Variables that hold a key in parts, where those of `envKeys` are not set. */
  readonly envKeyParts?: KeyParts;
  /** A key is a file's name or its text, and no header has to carry it. */
  readonly keyIsFile?: boolean;
  /** Works without a key. */
  readonly keyless?: boolean;
  readonly modelList?: ModelListRequest;
  /** Models of a vendor that has no list. */
  readonly models?: readonly string[];
  /** How the names of those models begin that a bare name (without "provider/") can only mean here. */
  readonly modelPrefixes: readonly string[];
  /** Its well-known value of gen_ai.provider.name in OpenTelemetry's conventions, where that is not its name here. */
  readonly telemetryName?: string;
  /** The provider's id in @pydantic/genai-prices. Absent: its prices are not known there. */
  readonly priceProvider?: string;
}

export interface BaseUrlVariables {
  readonly variables: readonly string[];
  /** For people: which of them to set. Absent: the only one. */
  readonly wanted?: string;
  /** Makes the base URL of their values, "" for those that are not set. undefined: they do not say. */
  readonly read: (values: readonly string[]) => string | undefined;
}

/** The key is all of them with ":" between, those of `optional` only if they are set. */
export interface KeyParts {
  readonly required: readonly string[];
  readonly optional: readonly string[];
}

/** A variable that holds the base URL itself. */
export const baseUrlIn = (variable: string): BaseUrlVariables => ({
  variables: [variable],
  read: ([value]) => value || undefined,
});
