import type { Dialect } from "../../core/dialect.ts";
import type { LedgerEntry } from "../../core/ledger.ts";
import { parseLeniently } from "../../core/wire-values.ts";
import { readStoredAnswer } from "../stored-answer.ts";

export interface KeptOptions {
  /** openai-chat. */
  readonly chat: Dialect;
  /** undefined: an older or newer version's. */
  readonly dialectNamed: (name: string) => Dialect | undefined;
}

/** What was sent and answered, as JSON texts. null: it is not kept. */
export interface Kept {
  readonly request: string | null;
  readonly response: string | null;
}

/**
 * The bodies of a row: the request as it was sent; the answer as one of OpenAI's, as far as it can be read. What is no
 * JSON by itself, such as the beginning of a long body, becomes a string in JSON.
 */
export function keptOf(entry: LedgerEntry | undefined, options: KeptOptions): Kept {
  if (entry?.bodies === undefined) return { request: null, response: null };
  const { bodies } = entry;
  const request = textOf(bodies.request);
  const response = textOf(bodies.response);
  return {
    request: request === "" ? null : asJson(request),
    response: response === "" ? null : (translated(entry, options) ?? asJson(response)),
  };
}

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("utf8");

const asJson = (text: string): string => (parseLeniently(text) === undefined ? JSON.stringify(text) : text);

/** undefined: it is in OpenAI's words as it is, or it cannot be told in them. */
function translated({ row, bodies }: LedgerEntry, { chat, dialectNamed }: KeptOptions): string | undefined {
  const dialect = dialectNamed(row.upstreamDialect);
  if (dialect === undefined || bodies?.truncated !== false || (dialect === chat && !row.stream)) return undefined;
  try {
    const answer = readStoredAnswer(dialect, row.stream, Buffer.from(bodies.response));
    return answer.choices.length === 0 ? undefined : chat.answer.write(answer);
  } catch {
    return undefined; // vectors, or what an older version kept in another way
  }
}
