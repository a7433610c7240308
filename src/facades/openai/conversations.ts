import type { Dialect } from "../../core/dialect.ts";
import { GatewayError } from "../../core/error.ts";
import type { LedgerEntry, LedgerReader } from "../../core/ledger.ts";
import type { LedgerWriter } from "../../core/ports.ts";
import { JsonMembers } from "../../lib/json-members.ts";
import { readStoredAnswer } from "../stored-answer.ts";

export interface StoredAnswers {
  readonly findAnswer: LedgerReader["findAnswer"];
  readonly forgetAnswer: LedgerWriter["forgetAnswer"];
  /** undefined: an older or newer version's. */
  readonly dialectNamed: (name: string) => Dialect | undefined;
}

export interface Conversations {
  /**
   * A request with all that was said before it in front of its `input`, and without `previous_response_id`. undefined:
   * the ledger has no answer with that id. Throws GatewayError when it has one, but not all that was said.
   */
  continued(request: JsonMembers, previousId: string): Promise<JsonMembers | undefined>;
  /** The "response" object as JSON text. Throws GatewayError "not_found". */
  answer(id: string): Promise<string>;
}

/** A conversation of more turns than this goes in circles. */
const mostTurns = 10_000;

/** Conversations as the ledger holds them: each answer with its request, which names the answer before it. */
export function createConversations({ findAnswer, dialectNamed }: StoredAnswers, responses: Dialect): Conversations {
  /** What was said in an answer, in the Responses API's words. */
  function textOf(id: string, entry: LedgerEntry): string {
    const { row } = entry;
    const { response } = bodiesOf(id, entry);
    const dialect = dialectNamed(row.upstreamDialect);
    if (dialect === undefined) throw gone(id, `is in the dialect '${row.upstreamDialect}', which is not known here`);
    if (dialect === responses && !row.stream) return Buffer.from(response).toString("utf8");
    return responses.answer.write({ ...readStoredAnswer(dialect, row.stream, Buffer.from(response)), id });
  }

  return {
    async continued(request, previousId) {
      const turns: string[] = [];
      let id: string | undefined = previousId;
      for (let turn = 0; id !== undefined && turn < mostTurns; turn += 1) {
        const entry: LedgerEntry | undefined = await findAnswer(id);
        if (entry === undefined) {
          if (turn === 0) return undefined;
          throw gone(id, "belongs to this conversation, but is not in the ledger any more");
        }
        const asked = JsonMembers.scan(Buffer.from(bodiesOf(id, entry).request));
        const answered = JsonMembers.scan(Buffer.from(textOf(id, entry)));
        turns.unshift(...itemsOf(asked, "input"), ...itemsOf(answered, "output"));
        const before: unknown = asked.get("previous_response_id");
        id = typeof before === "string" ? before : undefined;
      }
      const input = `[${[...turns, ...itemsOf(request, "input")].join(",")}]`;
      return JsonMembers.scan(request.with({ input, previous_response_id: "null" }));
    },

    async answer(id) {
      const entry = await findAnswer(id);
      if (entry !== undefined) return textOf(id, entry);
      throw new GatewayError("not_found", `Response with id '${id}' not found.`, { param: "response_id" });
    },
  };
}

function bodiesOf(id: string, { row, bodies }: LedgerEntry): NonNullable<LedgerEntry["bodies"]> {
  if (row.status !== "ok") throw gone(id, "was never given whole");
  if (bodies === undefined) throw gone(id, "is in the ledger without what was said ('ledger.bodies' has to be full)");
  if (bodies.truncated) throw gone(id, "is longer than the ledger keeps ('ledger.body_limit')");
  return bodies;
}

const gone = (id: string, why: string): GatewayError =>
  new GatewayError("invalid_request", `The response '${id}' ${why}. Send the whole 'input' instead.`, {
    param: "previous_response_id",
    nativeCode: "previous_response_not_found",
  });

/** The items of a list as JSON text, byte for byte; an input that is a text is one message. */
function itemsOf(body: JsonMembers, key: "input" | "output"): string[] {
  const list = body.text(key)?.trim() ?? "";
  if (list.startsWith('"')) return [`{"role":"user","content":${list}}`];
  const items = list.slice(1, -1).trim();
  return items === "" ? [] : [items];
}
