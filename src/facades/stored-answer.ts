import type { ChatResponse } from "../../gen/causeway/chat/v1/chat_pb.ts";
import type { Dialect } from "../core/dialect.ts";
import { foldEvents } from "../core/fold.ts";

/** An answer as the ledger keeps it: the bytes of a whole one, or of a stream. Throws for what is no answer. */
export function readStoredAnswer(dialect: Dialect, stream: boolean, bytes: Buffer): ChatResponse {
  if (stream) return foldEvents(dialect.stream.reader().read(bytes));
  const wire: unknown = JSON.parse(bytes.toString("utf8"));
  return dialect.answer.read(wire);
}
