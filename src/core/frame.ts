import type { ChatEvent } from "../../gen/causeway/chat/v1/chat_pb.ts";
import type { Dialect } from "./dialect.ts";

/** A piece of a streamed answer: the upstream's bytes. Decoded only for clients that do not speak the upstream's dialect. */
export interface Frame {
  readonly dialect: Dialect;
  /** What a client of the same dialect gets. May be empty. */
  readonly relay: Buffer;
  /** What every other client gets, after translation. To be taken once, and by no client of the same dialect. */
  events(): ChatEvent[];
}
