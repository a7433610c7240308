import { create } from "@bufbuild/protobuf";
import { ChatRequestSchema } from "../../gen/causeway/chat/v1/chat_pb.ts";
import { systemClock } from "../../src/core/clock.ts";
import type { Call } from "../../src/core/exchange.ts";
import { Exchange, type ExchangeRow } from "../../src/core/exchange.ts";
import { rowOf } from "../ledger/fixtures.ts";

export const prompt = "what nobody else may read";

/** An exchange that is settled. */
export function exchangeOf(changes: Partial<ExchangeRow> = {}, call: Partial<Call> = {}): Exchange {
  const row = rowOf(changes);
  const chat = create(ChatRequestSchema, {
    model: row.alias,
    messages: [{ parts: [{ kind: { case: "text", value: { text: prompt } } }] }],
  });
  const exchange = new Exchange(
    row.id,
    {
      facade: row.facade,
      model: row.alias,
      stream: row.stream,
      usageWanted: true,
      strict: false,
      clientRequestId: "",
      request: { kind: "chat", chat },
      ...call,
    },
    systemClock,
  );
  exchange.row = row;
  return exchange;
}
