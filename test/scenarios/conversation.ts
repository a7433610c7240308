import type { Settlement } from "../../gen/causeway/chat/v1/service_pb.ts";

/** What is asked, in the words of no client and no provider. */
export interface Conversation {
  readonly system?: string;
  readonly turns: readonly Turn[];
  readonly tools?: readonly ToolDefinition[];
  readonly maxTokens?: number;
  /** OpenAI's language has no word for it. */
  readonly topK?: number;
}

export type Turn =
  | { readonly role: "user"; readonly text: string }
  | { readonly role: "assistant"; readonly text?: string; readonly calls?: readonly ToolCall[] }
  | { readonly role: "tool"; readonly callId: string; readonly text: string };

export interface ToolDefinition {
  readonly name: string;
  readonly description: string;
  /** JSON Schema, as JSON text. */
  readonly parameters: string;
}

export interface ToolCall {
  readonly id: string;
  readonly name: string;
  /** JSON text, byte for byte. */
  readonly arguments: string;
}

/** What a client was told in the end. */
export interface Outcome {
  readonly text: string;
  readonly calls: readonly ToolCall[];
  readonly finish: Finish;
  /** undefined: the client was told none. */
  readonly usage: TokenUsage | undefined;
  /** undefined: the answer came to a normal end. */
  readonly error: Failure | undefined;
  /** What became of the call, for clients whose language has a word for it. */
  readonly settlement: Settlement | undefined;
  /** Headers and trailers; names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
}

export interface Finish {
  /** The contract's word, such as "TOOL_CALLS". undefined: the client's language has none. */
  readonly unified: string | undefined;
  /** The provider's own word. */
  readonly native: string | undefined;
}

export interface TokenUsage {
  readonly input: number;
  readonly output: number;
}

export interface Failure {
  /** An HTTP status for clients of the REST facades, a gRPC code by number for those of the contract. 0: neither came. */
  readonly status: number;
  /** The code for programs. Empty: none came. */
  readonly code: string;
  readonly message: string;
  readonly retryAfterMs: number | undefined;
}
