import type { ChatRequest } from "../../gen/causeway/chat/v1/chat_pb.ts";
import type { Usage } from "../../gen/causeway/chat/v1/usage_pb.ts";
import type { ErrorCode, GatewayError } from "./error.ts";
import type { Operation, Target, Upstream, UpstreamAnswer } from "./ports.ts";
import type { Trail, WaitStep } from "./trail.ts";

/** How the targets of a plan are put in order. Each of them falls back along that order. */
export const strategies = ["fallback", "weighted", "round-robin", "least-latency", "least-cost", "least-busy"] as const;
export type Strategy = (typeof strategies)[number];

/** Why a target failed, as far as it decides whether the next one is tried. */
export const fallbackCauses = [
  "rate_limit",
  "quota",
  "server_error",
  "timeout",
  "credentials",
  "context_window",
  "content_filter",
] as const;
export type FallbackCause = (typeof fallbackCauses)[number];
export type FallbackSwitches = Readonly<Record<FallbackCause, boolean>>;

/** What a name of the configuration stands for. */
export interface PlanSpec {
  readonly strategy: Strategy;
  /** Those that are enabled; at least one, unless `when` decides every call. */
  readonly targets: readonly TargetSpec[];
  /** The first condition that holds decides, in place of `targets`. */
  readonly when: readonly ConditionalTargets[];
  readonly fallbackOn: FallbackSwitches;
  readonly hedge: HedgeSpec | undefined;
  /** Whether the turns of a conversation stay where they were answered before. */
  readonly affinity: boolean;
}

export interface TargetSpec {
  readonly provider: string;
  /** The provider's name for the model. */
  readonly model: string;
  readonly weight: number;
  /** How long an attempt may take until its answer begins, or is there when it is asked for whole; in ms. */
  readonly timeoutMs: number | undefined;
  /** How often it is tried anew after a failure of the network or the server. undefined: as the settings say. */
  readonly retries: number | undefined;
  /** Defaults: what the client sets wins, field by field. */
  readonly params: ChatRequest | undefined;
}

export interface ConditionalTargets {
  readonly condition: Condition;
  /** Tried in this order. */
  readonly use: readonly TargetSpec[];
}

/** All that is set has to hold. */
export interface Condition {
  readonly inputTokensOver?: number | undefined;
  readonly inputTokensUnder?: number | undefined;
  /** Kinds of content that the request has to have, all of them. */
  readonly has?: readonly ContentKind[] | undefined;
  readonly stream?: boolean | undefined;
  /** Entries that the request's metadata has to have. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

export const contentKinds = ["image", "audio", "video", "document", "tools", "json_schema", "reasoning"] as const;
export type ContentKind = (typeof contentKinds)[number];

/** When a second attempt is made beside the first. */
export interface HedgeSpec {
  /** ms without a beginning of the answer, or "p95": the time within which 95 of 100 answers began. */
  readonly after: number | "p95";
}

export interface RoutingSettings {
  /** How often a target is tried anew after a failure of the network or the server. */
  readonly retries: number;
  /** The wait before the n-th retry is a random time up to `firstMs` · 2ⁿ⁻¹, and never over `mostMs`. */
  readonly backoff: { readonly firstMs: number; readonly mostMs: number };
  /** Of names that are no plan of the configuration. */
  readonly affinity: boolean;
  /** How long a conversation's place is remembered after its last turn, in ms. */
  readonly affinityMs: number;
  readonly hedge: HedgeSpec | undefined;
  /** undefined: there are no circuit breakers. */
  readonly breaker: BreakerSettings | undefined;
  /** How long a provider's list of models is good for, in ms. */
  readonly modelListMs: number;
}

export interface BreakerSettings {
  /** The sliding window over which failures are counted, in ms. */
  readonly windowMs: number;
  /** With fewer requests in the window it does not open. */
  readonly minRequests: number;
  /** It opens at this share of failures, from 0 to 1. */
  readonly failureRate: number;
  /** How long it stays open before one request may try, in ms. */
  readonly openMs: number;
}

/** One of a provider's credentials, as configured. */
export interface CredentialSpec {
  readonly secret: string;
  /** Unique among the provider's; the masked key where configuration gives no other. */
  readonly name: string;
  /** Its share of the requests, relative to the others of its tier. More than 0. */
  readonly weight: number;
  /** 1 is used first; a higher number only when none with a lower one can serve. */
  readonly tier: number;
  /** The most requests at a time. undefined: no limit, as with the next two. */
  readonly concurrency: number | undefined;
  /** The most requests in a minute. */
  readonly rpm: number | undefined;
  /** The most tokens in a minute, input and output together. */
  readonly tpm: number | undefined;
}

export interface RotationSettings {
  /** balanced: the one least used in the window, relative to its weight. sequential: one until it cannot serve. */
  readonly mode: "balanced" | "sequential";
  /** Of balanced ones: credentials whose use is within so many requests of the least used one are chosen among by chance. */
  readonly tolerance: number;
  /** How far back use is counted, in ms. */
  readonly windowMs: number;
}

/** A provider, as routing has to know it. */
export interface ProviderSpec {
  readonly credentials: readonly CredentialSpec[];
  readonly rotation: RotationSettings;
  /** Models that share a rate limit, by patterns (* stands for any characters). A cooldown holds for the whole group. */
  readonly quotaGroups: readonly (readonly string[])[];
  readonly models: ModelFilter;
}

/** By patterns where * stands for any characters. `deny` wins over `allow`; an empty `allow` allows all. */
export interface ModelFilter {
  readonly allow: readonly string[];
  readonly deny: readonly string[];
}

/** Finds where exchanges go. */
export interface Router {
  /**
   * Where this exchange may go. A promise when something has to be found out first: a provider's models, or the number
   * of tokens. Throws or rejects with GatewayError "model_not_found", which lists what there is.
   */
  route(asked: RouteRequest, signal: AbortSignal): Route | Promise<Route>;
  /** Sorted by id. Asks providers that have not been asked yet; one that cannot be asked is left out. */
  listModels(signal: AbortSignal): Promise<ListedModel[]>;
}

export interface RouteRequest {
  /** The client's name for the model. */
  readonly model: string;
  readonly operation: Operation;
  readonly stream: boolean;
  /** What the client calls the conversation. undefined: it does not say. */
  readonly session: string | undefined;
  /** Only this credential, by its name, and no second try: to see whether it works. */
  readonly only?: { readonly credential: string | undefined } | undefined;
  readonly trail: Trail;
  /** When the exchange has to be over, in ms since 1970. */
  readonly deadline: number;
  /** µs since the exchange's start. */
  elapsedUs(): number;
  /** The chat in the contract's form. undefined: it is none. */
  chat(): ChatRequest | undefined;
  /** An estimate of the tokens of the request. */
  inputTokens(): Promise<number>;
}

/** The way of one exchange through the places it may go to. Decides; asks nobody. */
export interface Route {
  /** What to do next: at the beginning, and after each attempt that has ended in failure. */
  next(): Step;
  /** Where it goes first, as far as that is known before it is tried. */
  readonly first: { readonly upstream: Upstream; readonly model: string };
  /** Whether an attempt has failed in a way that no other would mend: what still runs is to be left. */
  readonly isOver: boolean;
  /** Another attempt beside the one that runs, at once. undefined: there is no other place that can serve. */
  hedge(): Attempt | undefined;
  /** After how long without a beginning of its answer an attempt gets company, in ms. undefined: never. */
  hedgeAfter(attempt: Attempt): number | undefined;
}

export type Step =
  | { readonly kind: "ask"; readonly attempt: Attempt }
  /** Then ask again what to do. */
  | { readonly kind: "wait"; readonly ms: number; readonly why: WaitStep["why"] }
  /** Nothing can be done; the error says what it was. */
  | { readonly kind: "fail"; readonly error: GatewayError };

/** A place that can serve now, held for one request. It has to be ended once, whatever becomes of it. */
export interface Attempt {
  readonly target: Target;
  readonly params: ChatRequest | undefined;
  readonly timeoutMs: number | undefined;
  /**
   * Whether an answer that the provider's content filter has emptied, or cut off before any of it went out, counts as a
   * failure, since another place may give one.
   */
  readonly refusesFiltered: boolean;
  /** The head of the answer is there, whatever its status. */
  heard(answer: UpstreamAnswer): void;
  /** The answer has begun: content of a stream is there, or the whole. `afterUs`: since it was asked. */
  begun(afterUs: number): void;
  end(outcome: Outcome): void;
}

export type Outcome =
  | {
      readonly kind: "ok";
      readonly usage: Usage | undefined;
      readonly costNanoUsd: bigint | null;
      /** How long the tokens took: a stream's from its beginning, a whole answer's since it was asked. */
      readonly durationUs: number;
    }
  | { readonly kind: "failed"; readonly error: GatewayError; readonly usage?: Usage | undefined }
  /** Left by us: it says nothing of the provider, unless another attempt was faster. */
  | { readonly kind: "left"; readonly usage?: Usage | undefined; readonly outrun?: boolean };

export interface ListedModel {
  /** What a client asks for: a name of the configuration, or "provider/model". */
  readonly id: string;
  /** Of a plan with several targets: the first one's. */
  readonly provider: string;
  readonly model: string;
  /** Whether it is a name of the configuration. */
  readonly alias: boolean;
  /** Tokens of the longest prompt. undefined: not known, as with the next two. */
  readonly contextWindow: number | undefined;
  /** For example "text", "image", "audio". */
  readonly inputModalities: readonly string[] | undefined;
  /** When the vendor made it, in Unix seconds. */
  readonly created: number | undefined;
}

/** Which kind of failure decides about falling back. undefined: the next place would say the same. */
export function causeOf(code: ErrorCode): FallbackCause | undefined {
  switch (code) {
    case "rate_limited":
      return "rate_limit";
    case "quota_exceeded":
      return "quota";
    case "upstream_error":
    case "upstream_unreachable":
    case "upstream_cut":
    case "upstream_malformed":
    case "upstream_overloaded":
      return "server_error";
    case "upstream_timeout":
      return "timeout";
    case "upstream_unauthenticated":
    case "permission_denied":
      return "credentials";
    case "context_length_exceeded":
      return "context_window";
    case "content_filtered":
      return "content_filter";
    default:
      return undefined;
  }
}

/** What a filter has held back is a verdict and no outage: falling back on it has to be asked for. */
export const fallbackDefaults: FallbackSwitches = {
  rate_limit: true,
  quota: true,
  server_error: true,
  timeout: true,
  credentials: true,
  context_window: true,
  content_filter: false,
};
