import { type ChatEvent, FinishReason } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import type { Usage } from "../../../gen/causeway/chat/v1/usage_pb.ts";
import type { StreamCodec, StreamReader, StreamWatcher, StreamWriter } from "../../core/dialect.ts";
import { HeldEnd } from "../../core/held-end.ts";
import { answerTool } from "../../core/reserved-tools.ts";
import { isRecord, noFields, parseEventData, parseLeniently } from "../../core/wire-values.ts";
import { readEvents } from "../../lib/sse.ts";
import { errorCodec, failureEvent, isFailure, readFailure } from "./error.ts";
import { EventReader, finishReason } from "./event-reader.ts";
import { EventWriter } from "./event-writer.ts";
import { readUsage } from "./wire.ts";

/** "ConverseStreamOutput", each frame as a server-sent event that is named as the frame's ":event-type" or ":exception-type". */
export const streamCodec: StreamCodec = {
  contentType: "text/event-stream",
  keepAlive: ": keep-alive\n\n",
  reader,
  writer: () => writer(new EventWriter()),
  watcher: () => new Watcher(),
};

function reader(): StreamReader {
  const answer = new EventReader();
  return {
    read(bytes) {
      const events: ChatEvent[] = [];
      readEvents(bytes, (data, event) =>
        answer.read(event, isFailure(event) ? parseLeniently(data) : parseEventData(data), events),
      );
      return events;
    },
  };
}

function writer(events: EventWriter): StreamWriter {
  return {
    write(list) {
      let wire = "";
      for (const event of list) wire += events.write(event);
      return wire;
    },
    end: () => events.end(),
    fail: (error) => `event: ${failureEvent(error)}\ndata: ${errorCodec.write(error)}\n\n`,
  };
}

/** Names of the events that say something for the ledger. In the data no line begins so: line ends are escaped in JSON. */
const landmark = /^event: ?(?:messageStop|metadata|contentBlockStart|error|\w+Exception)/gm;

/**
 * "metadata" is the last event, behind "messageStop": it ends the stream, and tells what it took. There is no stream
 * without it, so nobody asks for the usage to be hidden.
 */
class Watcher implements StreamWatcher {
  usage: Usage | undefined;
  finishReason: FinishReason = FinishReason.UNSPECIFIED;
  finished = false;
  readonly #end = new HeldEnd(landmark, (event) => this.#isEnd(event));
  #called = { hasAnswerTool: false, hasOtherTool: false };

  get held(): Buffer | undefined {
    return this.#end.bytes;
  }

  get ended(): boolean {
    return this.finished && this.held !== undefined;
  }

  see(bytes: Buffer): Buffer {
    return this.#end.sieve(bytes);
  }

  /** Looks at one event. Returns whether it ends the stream. */
  #isEnd(bytes: Buffer): boolean {
    let isEnd = false;
    readEvents(bytes, (data, event) => {
      const parsed = parseLeniently(data);
      const wire = isRecord(parsed) ? parsed : noFields;
      if (isFailure(event)) throw readFailure(event, wire);
      switch (event) {
        case "contentBlockStart":
          this.#note(wire.start);
          break;
        case "messageStop":
          if (wire !== noFields && !this.finished) {
            this.finished = true;
            this.finishReason = finishReason(wire.stopReason, this.#called);
          }
          break;
        case "metadata":
          isEnd = true;
          this.usage = readUsage(wire.usage, wire) ?? this.usage;
          break;
      }
    });
    return isEnd;
  }

  #note(start: unknown): void {
    const toolUse = isRecord(start) ? start.toolUse : undefined;
    if (!isRecord(toolUse)) return;
    if (toolUse.name === answerTool) this.#called.hasAnswerTool = true;
    else if (toolUse.type !== "server_tool_use") this.#called.hasOtherTool = true;
  }
}
