import type { Usage } from "../../gen/causeway/chat/v1/usage_pb.ts";
import type { Dialect, Variant } from "./dialect.ts";
import type { GatewayError } from "./error.ts";
import type { ExchangeBodies, ExchangeRow } from "./exchange.ts";
import type { RateLimits } from "./health.ts";

/** A provider's key. */
export interface Credential {
  /** What people call it; unique among the provider's. */
  readonly name: string;
  readonly secret: string;
  /** For logs and the ledger: enough to tell keys apart, too little to use one. */
  readonly masked: string;
}

/** A provider, as the gateway sees it. */
export interface Upstream {
  readonly name: string;
  /** What it can be spoken to in. The first one is its own: what is translated is translated into that. */
  readonly tongues: readonly Tongue[];
  readonly baseUrl: string;
  /** Its failures are asked for, request by request: they say nothing of how it is doing. */
  readonly scripted?: true;
  /**
   * Asks. Resolves when the answer's head is there. Rejects with a GatewayError ("upstream_unreachable",
   * "upstream_timeout", "upstream_cut"), or with the signal's reason when that aborted.
   */
  ask(request: UpstreamRequest): Promise<UpstreamAnswer>;
  /** The provider's own list of models, without repetitions. Rejects with a GatewayError. */
  listModels(credential: Credential | undefined, signal: AbortSignal): Promise<UpstreamModel[]>;
  /** Ends idle connections; those in use end with their exchange. */
  close(): Promise<void>;
}

/** A model, as its provider lists it. undefined: the list does not say. */
export interface UpstreamModel {
  readonly name: string;
  /** Tokens of the longest prompt. */
  readonly contextWindow?: number | undefined;
  /** For example "text", "image", "audio". */
  readonly inputModalities?: readonly string[] | undefined;
  /** When the vendor made it, in Unix seconds. */
  readonly created?: number | undefined;
}

/** What a provider can be asked for over HTTP, each at a place of its own. */
export type Operation = "chat" | "embeddings" | "count";

/** A dialect as one provider speaks it. */
export interface Tongue {
  readonly dialect: Dialect;
  /** How it differs from the dialect's own documentation. undefined: not at all, and requests may be relayed. */
  readonly variant: Variant | undefined;
  readonly operations: ReadonlySet<Operation>;
}

export interface UpstreamRequest {
  readonly operation: Operation;
  readonly tongue: Tongue;
  /** The provider's name for the model: in some dialects it is part of the path. */
  readonly model: string;
  readonly body: Uint8Array | string;
  readonly stream: boolean;
  readonly credential: Credential | undefined;
  readonly requestId: string;
  /** The client's headers by name in lower case; those that its dialect gives a meaning are passed on. */
  readonly clientHeaders?: ClientHeaders | undefined;
  /** Sent besides: which trace the request is part of. Names in lower case. */
  readonly traceHeaders?: Readonly<Record<string, string>> | undefined;
  readonly signal: AbortSignal;
}

export type ClientHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

export interface UpstreamAnswer {
  readonly status: number;
  readonly contentType: string;
  /** How long the provider asked to wait (retry-after, retry-after-ms), in ms. */
  readonly retryAfterMs: number | undefined;
  /** What the head says of the provider's rate limits, read when asked. undefined: nothing. */
  rateLimits?(): RateLimits | undefined;
  /**
   * All that came in since the last pull, in arrival order; one pull, one read. Rejects like `ask`. `return()` ends the
   * request. A consumer that does not pull stops the reading.
   */
  readonly body: AsyncIterator<Buffer, undefined>;
}

/** Where a request may go. */
export interface Target {
  readonly upstream: Upstream;
  /** The provider's name for the model. */
  readonly model: string;
  readonly credential: Credential | undefined;
}

export interface Access {
  /** Whether any rule is configured. Without one every caller is let in. */
  readonly required: boolean;
  /**
   * What the ledger calls the caller by: the key, masked; "" where none is needed. Throws GatewayError "unauthenticated".
   * `key`: what the caller showed, without "Bearer".
   */
  check(key: string | undefined): string;
}

export interface Price {
  /** null: unknown. */
  readonly costNanoUsd: bigint | null;
  /** How much more it would have cost without the provider's prompt cache. null: unknown. */
  readonly cacheSavedNanoUsd: bigint | null;
  /**
   * Which prices: the catalogue and its version, "config:" and a hash of the entry, both with "*" between for a multiple of
   * the catalogue's, or "reported" for the provider's own word. Empty when unknown.
   */
  readonly version: string;
}

export interface Pricing {
  /** `at`: when it was asked for, in ms since 1970. */
  price(provider: string, model: string, usage: Usage, at: number): Price;
  /** Price of a million tokens in nano-dollars, for lists; undefined when unknown. */
  perMillion(provider: string, model: string): { input: bigint; output: bigint } | undefined;
  /** Tokens of the longest prompt; undefined when unknown. */
  contextWindow(provider: string, model: string): number | undefined;
}

/** Counts tokens where the provider does not. */
export interface TokenCounter {
  /** What counts, for example "gpt-tokenizer/o200k_base". */
  readonly name: string;
  /** An estimate: providers' tokenizers differ. Long texts are counted in part and extrapolated. */
  count(text: string): Promise<number>;
}

export interface LedgerWriter {
  /** undefined: new calls may come. Else why they may not, since their rows could not be written. */
  admits(): GatewayError | undefined;
  /** Resolves when the row is durable: in the store, or where it waits for it. Rejects when it cannot be written. */
  settle(row: ExchangeRow, bodies: ExchangeBodies | undefined): Promise<void>;
  /** Lets go of what was said in an answer, and of the id it is known by. The row stays: it is what was spent. */
  forgetAnswer(answerId: string): Promise<void>;
}
