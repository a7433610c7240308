/** In nano-dollars a million tokens. What is undefined costs what the nearest wider kind costs. */
export interface TokenPrices {
  readonly input: bigint;
  readonly output: bigint;
  readonly cacheRead?: bigint | undefined;
  readonly cacheReadAudio?: bigint | undefined;
  readonly cacheWrite5m?: bigint | undefined;
  readonly cacheWrite1h?: bigint | undefined;
  readonly inputAudio?: bigint | undefined;
  readonly outputAudio?: bigint | undefined;
  readonly outputImage?: bigint | undefined;
}

/** What a price of the configuration is for. The first that fits counts. */
interface PriceScope {
  /** "provider/model", where * stands for any characters. */
  readonly model: string;
  /** As `usage.service_tier` has it. "": as usual. undefined: whichever. */
  readonly serviceTier?: string | undefined;
}

export interface OwnPrice extends PriceScope, TokenPrices {
  /** For all tokens of a request whose prompt has more than `tokens`; rising. What it leaves out stays as it is below. */
  readonly above?: readonly (TokenPrices & { readonly tokens: number })[] | undefined;
  /** In nano-dollars for a thousand of them. undefined: not known. */
  readonly webSearches?: bigint | undefined;
  readonly fileSearches?: bigint | undefined;
  /** In nano-dollars for a thousand of them, beside their tokens. undefined: nothing. */
  readonly requests?: bigint | undefined;
}

/** So many times what holds without it: for a service tier that it names, what holds as usual. */
export interface PriceFactor extends PriceScope {
  readonly factor: number;
}

/** A price from the configuration. */
export type PriceOverride = OwnPrice | PriceFactor;

/** The version of a price that is the provider's own word. */
export const reportedVersion = "reported";

const configured = "config:";
const imported = "imported:";

/** The version of a price from the configuration. `hash`: of all that the entry says. */
export const configuredVersion = (hash: string): string => configured + hash;

/** Whether all of a cost was computed with prices of the configuration. `version`: one, or several with ", " between. */
export const isConfigured = (version: string): boolean =>
  version.split(", ").every((one) => one.startsWith(configured));

/** Whether a cost is, in part at least, somebody's word: the provider's, or that of the program it was imported from. */
export const isTold = (version: string): boolean =>
  version.split(", ").some((one) => one === reportedVersion || one.startsWith(imported));
