import type { FinishReason } from "../../gen/causeway/chat/v1/chat_pb.ts";
import type { Usage } from "../../gen/causeway/chat/v1/usage_pb.ts";
import type { ErrorCode } from "./error.ts";

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
  /** null: the price is unknown. */
  readonly costNanoUsd: bigint | null;
  readonly priceVersion: string;
  readonly dropped: readonly string[];
  readonly clientRequestId: string;
}

/** What went over the wire, in the client's and the provider's own bytes, without credentials. */
export interface ExchangeBodies {
  readonly request: readonly Uint8Array[];
  readonly response: readonly Uint8Array[];
  /** Whether more went over the wire than is here. */
  readonly truncated: boolean;
}
