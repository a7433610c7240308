import { type ChatRequest, FinishReason } from "../../gen/causeway/chat/v1/chat_pb.ts";
import type { CreateEmbeddingsRequest } from "../../gen/causeway/chat/v1/service_pb.ts";
import type { Usage } from "../../gen/causeway/chat/v1/usage_pb.ts";
import type { JsonMembers } from "../lib/json-members.ts";
import type { Clock } from "./clock.ts";
import type { Dialect } from "./dialect.ts";
import { type ErrorCode, GatewayError } from "./error.ts";
import type { ClientHeaders, Target, Tongue } from "./ports.ts";
import { type AttemptStep, newTrail, type Trail } from "./trail.ts";

/** What a facade or a service hands in: one call by one client. */
export interface Call {
  /** The way it came in: a facade's name, "grpc", "grpc-web" or "connect". */
  readonly facade: string;
  /** The client's name for the model. */
  readonly model: string;
  readonly stream: boolean;
  /** Whether the client asked for usage in the stream. */
  readonly usageWanted: boolean;
  /** Fail instead of dropping what the provider's dialect cannot say. */
  readonly strict: boolean;
  readonly clientRequestId: string;
  /** By name in lower case; what the client's dialect gives a meaning is passed on to a provider that speaks it. */
  readonly clientHeaders?: ClientHeaders | undefined;
  readonly request: ClientRequest;
  /** The gateway's key that the caller showed, masked. */
  readonly accessKey?: string | undefined;
  /** Which program calls. */
  readonly client?: string | undefined;
  /** The person on whose behalf the call is made, where that is known without decoding the request. */
  readonly endUserId?: string | undefined;
  readonly tags?: readonly string[] | undefined;
  /** How long the client waits, in ms. */
  readonly timeoutMs?: number | undefined;
  /** What the client calls the conversation that this is a turn of. */
  readonly session?: string | undefined;
  /** Only this place, as it is: to see whether it works. */
  readonly only?: { readonly credential: string | undefined } | undefined;
  /** Whether the client may refer to the answer later. */
  readonly remembered?: boolean | undefined;
  /** Fields without which the call makes no sense, by their paths: dropping one fails the call with its error. */
  readonly essential?: ReadonlyMap<string, GatewayError> | undefined;
}

/** The request in the client's own bytes and dialect, or in the contract's form. */
export type ClientRequest =
  | {
      readonly kind: "wire";
      readonly dialect: Dialect;
      readonly body: JsonMembers;
      /** What the client sent, where `body` is made from it. */
      readonly sent?: JsonMembers | undefined;
    }
  | { readonly kind: "chat"; readonly chat: ChatRequest }
  | {
      readonly kind: "embeddings";
      readonly embeddings: CreateEmbeddingsRequest;
      readonly dialect: Dialect | undefined;
    };

/** The client's dialect; undefined for the contract's own language. */
export const dialectOf = (request: ClientRequest): Dialect | undefined =>
  request.kind === "chat" ? undefined : request.dialect;

/**
 * One call on its way: who asked for what, the attempts made, what came back, how long it took. Created at the edge;
 * settled once, by the gateway.
 */
export class Exchange {
  readonly id: string;
  readonly call: Call;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly traceHeaders: TraceHeaders | undefined;
  readonly #clock: Clock;
  readonly #startedMicros: number;
  readonly #controller = new AbortController();
  #chat: ChatRequest | undefined;

  target: Target | undefined;
  /** How the provider was spoken to. */
  tongue: Tongue | undefined;
  dropped: readonly string[] = [];
  emulated: readonly string[] = [];
  attempts = 0;
  status: ExchangeStatus = "cancelled"; // what it is if nobody gets to say otherwise
  error: GatewayError | undefined;
  usage: Usage | undefined;
  finishReason: FinishReason = FinishReason.UNSPECIFIED;
  /** By which the client may refer to the answer later. */
  answerId: string | undefined;
  /** What ends a relayed stream, as the provider sent it. undefined: the dialect's own end says it as well. */
  held: Buffer | undefined;
  /** µs since the start. */
  askedAfter: number | undefined;
  firstTokenAfter: number | undefined;
  /** How it came to its answer. */
  readonly trail: Trail = newTrail();
  /** What the provider answered, as far as it is kept. */
  readonly response: Buffer[] = [];
  responseBytes = 0;
  keptBytes = 0;
  /** As the ledger has it. Set when it is settled. */
  row: ExchangeRow | undefined;

  constructor(id: string, call: Call, clock: Clock, traceHeaders?: TraceHeaders) {
    this.traceHeaders = traceHeaders;
    this.id = id;
    this.call = call;
    this.#clock = clock;
    this.startedAt = clock.now();
    this.#startedMicros = clock.micros();
  }

  /** Aborts with a GatewayError: client gone, deadline, or shutdown. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Ends it early. The first reason counts. */
  cancel(reason: GatewayError): void {
    if (!this.signal.aborted) this.#controller.abort(reason);
  }

  /** µs since the start. */
  elapsed(): number {
    return this.#clock.micros() - this.#startedMicros;
  }

  /** The chat in the contract's form, decoded when first asked for. */
  chat(): ChatRequest {
    const { request } = this.call;
    switch (request.kind) {
      case "wire":
        this.#chat ??= request.dialect.request.read(request.body);
        return this.#chat;
      case "chat":
        return request.chat;
      case "embeddings":
        throw new TypeError("embeddings are no chat");
      default:
        return request satisfies never;
    }
  }

  /** Notes bytes of the answer; keeps its beginning, up to `limit`. */
  keep(bytes: Buffer, limit: number): void {
    const isGapless = this.keptBytes === this.responseBytes;
    this.responseBytes += bytes.length;
    if (!isGapless || this.keptBytes + bytes.length > limit) return;
    this.keptBytes += bytes.length;
    this.response.push(bytes);
  }

  /** Notes a failure and returns it as the one error type. What was aborted failed for the reason it was aborted. */
  fail(thrown: unknown): GatewayError {
    const error = GatewayError.from(this.signal.aborted ? this.signal.reason : thrown);
    this.error = error;
    this.status = error.code === "cancelled" ? "cancelled" : "error";
    return error;
  }
}

/** What an attempt's request tells its provider of the trace that it is part of. */
export type TraceHeaders = (exchange: Exchange, step: AttemptStep) => Readonly<Record<string, string>>;

export type ExchangeStatus = "ok" | "error" | "cancelled";

/** What the ledger keeps of one exchange. Times of the day in ms since 1970, spans in µs, money in nano-dollars. */
export interface ExchangeRow {
  /** UUIDv7. */
  readonly id: string;
  readonly startedAt: number;
  readonly facade: string;
  readonly clientDialect: string;
  readonly upstreamDialect: string;
  readonly alias: string;
  readonly provider: string;
  readonly model: string;
  /** Masked. */
  readonly credential: string;
  readonly stream: boolean;
  readonly status: ExchangeStatus;
  readonly errorCode: ErrorCode | "";
  readonly errorMessage: string;
  readonly finishReason: FinishReason;
  readonly attempts: number;
  readonly firstTokenUs: number | null;
  readonly durationUs: number;
  /** Spent in the gateway before the provider was asked. */
  readonly overheadUs: number;
  /** undefined: nothing is known. */
  readonly usage: Usage | undefined;
  /** Computed, or the provider's own word where no price is known. null: neither is. */
  readonly costNanoUsd: bigint | null;
  /** As of `Price`; of several, all, with ", " between. */
  readonly priceVersion: string;
  readonly dropped: readonly string[];
  readonly clientRequestId: string;
  /** By which the client may refer to the answer later; empty where its dialect has no such thing. */
  readonly answerId: string;
  /** The gateway's key that the caller showed, masked. Empty: none, as with the next three. */
  readonly accessKey: string;
  /** The person on whose behalf the call was made, as the client names them. */
  readonly endUserId: string;
  /** Which program called: the first product of its User-Agent. */
  readonly client: string;
  /** The conversation, as the client names it. */
  readonly session: string;
  /** The client's own words for this call. */
  readonly tags: readonly string[];
  /** How the provider has served it, where it charges by that, for example "flex". Empty: it does not say, or as usual. */
  readonly serviceTier: string;
  /** What providers say that it cost. null: none does. */
  readonly reportedCostNanoUsd: bigint | null;
  /** How much more it would have cost without the provider's prompt cache. null: not known. */
  readonly cacheSavedNanoUsd: bigint | null;
  readonly trail: Trail;
}

/** What went over the wire, in the client's and the provider's own bytes, without credentials. */
export interface ExchangeBodies {
  readonly request: readonly Uint8Array[];
  readonly response: readonly Uint8Array[];
  /** Whether more went over the wire than is here. */
  readonly truncated: boolean;
}
