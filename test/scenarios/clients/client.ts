import type { Conversation, Outcome } from "../conversation.ts";

export interface Ask {
  readonly model: string;
  readonly conversation: Conversation;
  readonly stream: boolean;
  /** Leaves when it aborts. */
  readonly signal?: AbortSignal;
  /** The client's own deadline, sent along where its protocol can say it. */
  readonly timeoutMs?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether to ask for usage in a stream, for clients that can choose. Default: true. */
  readonly usage?: boolean;
  /** Called for each piece of text as it comes. */
  readonly onText?: (text: string) => void;
}

/** A way in, as a real client library takes it. */
export interface Client {
  /** Never rejects: what fails is part of the outcome. */
  ask(ask: Ask): Promise<Outcome>;
  /** Ends its connections. */
  close(): void;
}

export interface ClientKind {
  readonly name: string;
  /** As the ledger calls the way in. */
  readonly facade: string;
  readonly clientDialect: string;
  /** The words in which errors are told. */
  readonly errors: "http" | "rpc";
  /** Whether the protocol has a word for the client's deadline. */
  readonly sendsDeadline: boolean;
  connect(url: string, key: string | undefined): Client;
}
