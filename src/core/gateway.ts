import type { ChatRequest, ChatResponse } from "../../gen/causeway/chat/v1/chat_pb.ts";
import type { UsageSource } from "../../gen/causeway/chat/v1/usage_pb.ts";
import type { Dialect, EmbeddingsAnswer } from "./dialect.ts";
import type { GatewayError } from "./error.ts";
import type { Call, Exchange } from "./exchange.ts";
import type { Frame } from "./frame.ts";

/** A whole answer, in the provider's bytes. It is in the ledger. */
export interface WholeAnswer {
  readonly dialect: Dialect;
  readonly bytes: Buffer;
  /** In the contract's form. */
  read(): ChatResponse;
}

export interface TokenCount {
  readonly inputTokens: number;
  /** Whether the provider counted, or the gateway estimated. */
  readonly source: UsageSource;
  /** The provider's name, or the tokenizer's. */
  readonly countedBy: string;
}

export interface Gateway {
  /** Begins an exchange. What follows has to be exactly one of `whole`, `frames` and `embeddings`. */
  open(call: Call): Exchange;
  /**
   * Throws GatewayError. Either way the exchange is settled by then, as with the other two; only one that the ledger cannot
   * take ("unavailable") does not begin, and has no row.
   */
  whole(exchange: Exchange): Promise<WholeAnswer>;
  /** The same for a call for embeddings. */
  embeddings(exchange: Exchange): Promise<EmbeddingsAnswer>;
  /** Ends, throws GatewayError, or is returned from: whichever it is, the exchange is settled by then. */
  frames(exchange: Exchange): AsyncGenerator<Frame, void, undefined>;
  /** How many tokens a request has. No exchange: nothing is asked of a model. `client`: as in ClientRequest. */
  count(chat: ChatRequest, client: Dialect | undefined, signal: AbortSignal): Promise<TokenCount>;
  /** Exchanges that are running. */
  readonly inFlight: number;
  /** Ends what is running with this error. */
  abort(reason: GatewayError): void;
  /** Resolves when nothing is running. */
  idle(): Promise<void>;
}
