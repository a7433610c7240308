import type { ChatRequest } from "../../gen/causeway/chat/v1/chat_pb.ts";
import type { Exchange } from "../core/exchange.ts";
import type { Operation, TokenCounter } from "../core/ports.ts";
import type { RouteRequest } from "../core/routing.ts";
import { textOfRequest } from "../core/text.ts";
import type { Trail } from "../core/trail.ts";

/** An exchange, as routing sees it. */
export class Asked implements RouteRequest {
  readonly #exchange: Exchange;
  readonly #tokens: TokenCounter;
  readonly deadline: number;

  /** `deadline`: in ms since 1970. */
  constructor(exchange: Exchange, deadline: number, tokens: TokenCounter) {
    this.#exchange = exchange;
    this.deadline = deadline;
    this.#tokens = tokens;
  }

  get model(): string {
    return this.#exchange.call.model;
  }

  get operation(): Operation {
    return this.#exchange.call.request.kind === "embeddings" ? "embeddings" : "chat";
  }

  get stream(): boolean {
    return this.#exchange.call.stream;
  }

  get session(): string | undefined {
    return this.#exchange.call.session;
  }

  get only() {
    return this.#exchange.call.only;
  }

  get trail(): Trail {
    return this.#exchange.trail;
  }

  elapsedUs(): number {
    return this.#exchange.elapsed();
  }

  chat(): ChatRequest | undefined {
    if (this.#exchange.call.request.kind === "embeddings") return undefined;
    try {
      return this.#exchange.chat();
    } catch {
      return undefined; // what is wrong with a request that is relayed, its provider says better
    }
  }

  async inputTokens(): Promise<number> {
    const { request } = this.#exchange.call;
    const chat = this.chat();
    if (chat !== undefined) return this.#tokens.count(textOfRequest(chat));
    return request.kind === "embeddings" ? this.#tokens.count(request.embeddings.input.join("\n")) : 0;
  }
}
