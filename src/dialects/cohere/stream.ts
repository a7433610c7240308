import { type ChatEvent, FinishReason } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import type { Usage } from "../../../gen/causeway/chat/v1/usage_pb.ts";
import type { StreamCodec, StreamReader, StreamWatcher, StreamWriter } from "../../core/dialect.ts";
import { HeldEnd } from "../../core/held-end.ts";
import { isRecord, noFields, parseEventData, parseLeniently, text, type Wire } from "../../core/wire-values.ts";
import { readEvents } from "../../lib/sse.ts";
import { reportedError, writeFailure } from "./error.ts";
import { EventReader } from "./event-reader.ts";
import { EventWriter, sse } from "./event-writer.ts";
import { readFinishReason, readUsage } from "./wire.ts";

/** "Chat with Streaming" (docs.cohere.com/reference/chat-stream). Its last event is followed by `[DONE]`. */
export const streamCodec: StreamCodec = {
  contentType: "text/event-stream",
  keepAlive: ": keep-alive\n\n", // without "data:", by which Cohere's own SDK knows what is for it
  reader,
  writer: () => writer(new EventWriter()),
  watcher: () => new Watcher(),
};

const done = "[DONE]";

function reader(): StreamReader {
  const answer = new EventReader();
  return {
    read(bytes) {
      const events: ChatEvent[] = [];
      readEvents(bytes, (data, name) => {
        if (data !== done) answer.read(parseEventData(data), name, events);
      });
      return events;
    },
  };
}

function writer(answer: EventWriter): StreamWriter {
  return {
    write(events) {
      let wire = "";
      for (const event of events) wire += answer.write(event);
      return wire;
    },
    end: () => `${answer.end()}data: ${done}\n\n`,
    fail: (error) => sse("message-end", writeFailure(error)),
  };
}

/**
 * Where an event may say what the ledger has to know, in bytes read as Latin-1, where offsets are byte offsets. In a
 * JSON string the quotes would be escaped, so that only keys are found; what was found is decoded to be sure.
 */
const landmark =
  /"type"\s*:\s*"(?:message-end|error)"|event:\s*(?:message-end|error)|"(?:message|error)"\s*:\s*"|"error"\s*:\s*\{|\[DONE\]/g;

class Watcher implements StreamWatcher {
  usage: Usage | undefined;
  finishReason: FinishReason = FinishReason.UNSPECIFIED;
  finished = false;
  ended = false;
  /** The event that ends the message, which tells of its usage, and what comes with it. */
  readonly #end = new HeldEnd(landmark, (event) => this.#isEnd(event));

  get held(): Buffer | undefined {
    return this.#end.bytes;
  }

  see(bytes: Buffer): Buffer {
    return this.#end.sieve(bytes);
  }

  #isEnd(event: Buffer): boolean {
    let isEnd = false;
    readEvents(event, (data, name) => {
      if (data === done) {
        this.finished = true;
        this.ended = true;
        isEnd = true;
        return;
      }
      const wire = parseLeniently(data);
      if (isRecord(wire) && this.#isLast(wire, text(wire.type) || name)) isEnd = true;
    });
    return isEnd;
  }

  #isLast(wire: Wire, type: string): boolean {
    const error = reportedError(wire, type);
    if (error !== undefined) throw error;
    if (type !== "message-end") return false;
    const delta = isRecord(wire.delta) ? wire.delta : noFields;
    if (!this.finished) {
      this.finishReason = readFinishReason(text(delta.finish_reason));
      this.usage = readUsage(delta.usage);
    }
    this.finished = true;
    return true;
  }
}
