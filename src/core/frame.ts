import type { ChatEvent } from "../../gen/causeway/chat/v1/chat_pb.ts";
import type { Dialect } from "./dialect.ts";

/** A piece of a streamed answer: the upstream's bytes. Decoded only when somebody asks. */
export interface Frame {
  readonly dialect: Dialect;
  /** What a client of the same dialect gets. May be empty. */
  readonly relay: Buffer;
  /** What every other client gets, after translation. All frames of an answer are asked, in order and once, or none. */
  events(): ChatEvent[];
}
