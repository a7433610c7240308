import type { ChatEvent, ChatRequest, ChatResponse, FinishReason } from "../../gen/causeway/chat/v1/chat_pb.ts";
import type { CreateEmbeddingsRequest } from "../../gen/causeway/chat/v1/service_pb.ts";
import type { Usage } from "../../gen/causeway/chat/v1/usage_pb.ts";
import type { JsonMembers } from "../lib/json-members.ts";
import type { GatewayError } from "./error.ts";

/**
 * A wire language of the field, as pure functions to and from the contract. A facade reads requests and writes answers;
 * an upstream is written requests to and its answers are read. Both use the same dialect.
 */
export interface Dialect {
  readonly name: string;
  readonly request: RequestCodec;
  readonly answer: AnswerCodec;
  readonly stream: StreamCodec;
  readonly error: ErrorCodec;
  /** undefined: this language has no embeddings. */
  readonly embeddings: EmbeddingsCodec | undefined;
  /** undefined: this language has no way to ask how many tokens a request has. */
  readonly counting: CountingCodec | undefined;
}

export interface RequestCodec {
  /**
   * What the gateway has to know of a request to relay it. Throws GatewayError for a request nobody could answer. Where
   * the model or the stream is said in the path, they are "" and false here, and the facade knows them.
   */
  peek(body: JsonMembers): RequestPeek;
  /** Throws GatewayError "invalid_request" that names the field. */
  read(body: JsonMembers): ChatRequest;
  write(chat: ChatRequest, target: RequestTarget): WrittenRequest;
  /** The client's own bytes, changed only in the model and in what the gateway must add. */
  relay(body: JsonMembers, target: RequestTarget): Uint8Array;
}

export interface RequestPeek {
  readonly model: string;
  readonly stream: boolean;
  /** Whether the client asked for usage in the stream. */
  readonly usageWanted: boolean;
  /** The person on whose behalf the call is made. */
  readonly endUserId?: string | undefined;
  /** The application's own notes on this call. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

export interface RequestTarget {
  /** The provider's name for the model. */
  readonly model: string;
  readonly stream: boolean;
  /** How the provider's wire differs from the dialect's own documentation. undefined: not at all. */
  readonly variant?: Variant | undefined;
}

/** What the vendors that speak a dialect do differently: data of a preset, that the dialect's codec knows how to honour. */
export type Variant = Readonly<Record<string, string | boolean | readonly string[]>>;

export interface WrittenRequest {
  /** JSON text. */
  readonly body: string;
  /** Fields of the contract that this dialect cannot say, as paths such as "top_k" or "messages[2].parts[0].video". */
  readonly dropped: readonly string[];
  /** Fields that the dialect has no word for, but that are brought about in another way. */
  readonly emulated?: readonly string[];
}

export interface AnswerCodec {
  /** `wire` is parsed JSON of unknown shape. Throws GatewayError "upstream_malformed". */
  read(wire: unknown): ChatResponse;
  /** JSON text. */
  write(chat: ChatResponse): string;
  /** What the ledger has to know of a whole answer, without decoding it all. Throws GatewayError for a body that is no answer. */
  watch(body: Buffer): AnswerFacts;
}

export interface AnswerFacts {
  /** By which the client may refer to the answer later, in the dialects that have such a thing. */
  readonly id?: string | undefined;
  readonly usage: Usage | undefined;
  readonly finishReason: FinishReason;
  /** The answer as parsed JSON, where it had to be parsed. */
  readonly wire?: unknown;
}

export interface StreamCodec {
  readonly contentType: string;
  /** Wire text that says nothing: it keeps the connection from looking dead while the model thinks. */
  readonly keepAlive: string;
  reader(): StreamReader;
  writer(options: StreamWriterOptions): StreamWriter;
  watcher(options: StreamWatcherOptions): StreamWatcher;
}

/** Turns an upstream's wire events into the contract's. Made for one answer. */
export interface StreamReader {
  /** `bytes`: whole wire events. Throws GatewayError "upstream_malformed", or the error that an event reports. */
  read(bytes: Buffer): ChatEvent[];
  /**
   * All of the last read that a watcher has to see: what may have done more than let a text grow. undefined: all of it. Says
   * nothing when the read has thrown.
   */
  readonly telling?: Buffer;
}

export interface StreamWriterOptions {
  /** Whether the client asked for usage in the stream. */
  readonly usageWanted: boolean;
}

/** Turns the contract's events into wire events. Made for one answer. */
export interface StreamWriter {
  /** Wire text of these events; may be empty. */
  write(events: readonly ChatEvent[]): string;
  /** What ends a stream that was answered whole. */
  end(): string;
  /** What ends a stream that failed: never to be taken for a normal end. */
  fail(error: GatewayError): string;
}

export interface StreamWatcherOptions {
  /** Cut the event that only carries usage out of what is relayed. */
  readonly hideUsage: boolean;
}

/** Looks at an upstream's bytes on their way, for the ledger, and says what may be relayed. Made for one answer. */
export interface StreamWatcher {
  /**
   * `bytes`: whole wire events. Returns those that a client of the same dialect may get now: not what ends the stream
   * (that follows when the exchange is settled), and not usage that the client did not ask for.
   * Throws GatewayError for an event that reports a failure.
   */
  see(bytes: Buffer): Buffer;
  /** What ends the stream, as the provider sent it. undefined: the writer's `end` says it as well. */
  readonly held?: Buffer | undefined;
  /** As in AnswerFacts. */
  readonly id?: string | undefined;
  readonly usage: Usage | undefined;
  readonly finishReason: FinishReason;
  /** Whether the model was done: only then is the end of the bytes a normal end. */
  readonly finished: boolean;
  /** Whether the bytes themselves said that nothing follows. */
  readonly ended: boolean;
}

export interface ErrorCodec {
  /** `body`: whatever came with a status that is not 2xx. */
  read(status: number, body: Buffer): GatewayError;
  /** JSON text. */
  write(error: GatewayError): string;
}

export interface EmbeddingsCodec {
  readonly request: {
    /** Throws GatewayError "invalid_request" that names the field. Where the model is said in the path, it is "". */
    read(body: JsonMembers): CreateEmbeddingsRequest;
    write(request: CreateEmbeddingsRequest, target: RequestTarget): WrittenRequest;
  };
  readonly answer: {
    /** `wire` is parsed JSON of unknown shape. Throws GatewayError "upstream_malformed". */
    read(wire: unknown): EmbeddingsAnswer;
    /** JSON text, in the form that the request asks for. */
    write(answer: EmbeddingsAnswer, request: CreateEmbeddingsRequest): string;
  };
}

export interface EmbeddingsAnswer {
  readonly model: string;
  /** One vector a text, in the order of the texts. */
  readonly vectors: readonly (readonly number[])[];
  readonly usage: Usage | undefined;
}

/** How many tokens a request would have. */
export interface CountingCodec {
  readonly request: {
    /** Throws GatewayError "invalid_request" that names the field. Where the model is said in the path, it is "". */
    read(body: JsonMembers): ChatRequest;
    write(chat: ChatRequest, target: RequestTarget): WrittenRequest;
  };
  readonly answer: {
    /** Tokens of the prompt. `wire` is parsed JSON of unknown shape. Throws GatewayError "upstream_malformed". */
    read(wire: unknown): number;
    /** JSON text. */
    write(inputTokens: number): string;
  };
}
