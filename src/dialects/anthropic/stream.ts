import { FinishReason } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import type { Usage } from "../../../gen/causeway/chat/v1/usage_pb.ts";
import type { StreamCodec, StreamReader, StreamWatcher, StreamWriter } from "../../core/dialect.ts";
import { HeldEnd } from "../../core/held-end.ts";
import { RepeatedEvents } from "../../core/repeated-event.ts";
import { isRecord, parseLeniently, text, type Wire } from "../../core/wire-values.ts";
import { readEvents } from "../../lib/sse.ts";
import { errorCodec, reportedError } from "./error.ts";
import { EventReader } from "./event-reader.ts";
import { EventWriter } from "./event-writer.ts";
import { readStopReason, ToldUsage } from "./wire.ts";

/** "Streaming messages" (platform.claude.com/docs/en/build-with-claude/streaming). */
export const streamCodec: StreamCodec = {
  contentType: "text/event-stream",
  keepAlive: 'event: ping\ndata: {"type":"ping"}\n\n',
  reader,
  writer,
  watcher: () => new Watcher(),
};

function reader(): StreamReader {
  const answer = new EventReader();
  return new RepeatedEvents((wire, events) => answer.read(wire, events));
}

function writer(): StreamWriter {
  const answer = new EventWriter();
  return {
    write: (events) => answer.write(events),
    end: () => answer.end(),
    fail: (error) => `event: error\ndata: ${errorCodec.write(error)}\n\n`,
  };
}

/**
 * Which events may say what the ledger has to know, in bytes read as Latin-1, where offsets are byte offsets. In a JSON
 * string the quotes would be escaped; what was found is decoded to be sure that it is the event's own type.
 */
const landmark = /"type"\s*:\s*"(?:message_(?:start|delta|stop)|error|tool_use)"|"error"\s*:\s*[{"]/g;

/** Every answer tells its usage here, so that none is hidden. */
class Watcher implements StreamWatcher {
  usage: Usage | undefined;
  finishReason: FinishReason = FinishReason.UNSPECIFIED;
  finished = false;
  ended = false;
  readonly #usage = new ToldUsage();
  /** The names of the tools that were called. */
  readonly #calls: string[] = [];

  readonly #end = new HeldEnd(landmark, (event) => this.#isEnd(event));

  get held(): Buffer | undefined {
    return this.#end.bytes;
  }

  see(bytes: Buffer): Buffer {
    return this.#end.sieve(bytes);
  }

  /** Looks at one event. Returns whether it ends the stream. */
  #isEnd(bytes: Buffer): boolean {
    let isEnd = false;
    readEvents(bytes, (data) => {
      const wire = parseLeniently(data);
      if (isRecord(wire)) isEnd = this.#isStop(wire);
    });
    return isEnd;
  }

  #isStop(event: Wire): boolean {
    switch (event.type) {
      case "message_start": {
        const message = isRecord(event.message) ? event.message : {};
        this.usage = this.#usage.hear(message.usage) ?? this.usage;
        if (Array.isArray(message.content)) for (const block of message.content) this.#noteCall(block);
        return false;
      }
      case "content_block_start":
        this.#noteCall(event.content_block);
        return false;
      case "message_delta":
        if (isRecord(event.delta)) this.#finish(text(event.delta.stop_reason));
        this.usage = this.#usage.hear(event.usage) ?? this.usage;
        return false;
      case "message_stop":
        this.finished = true;
        this.ended = true;
        return true;
      case "content_block_delta":
      case "content_block_stop":
      case "ping":
        return false;
      default: {
        const error = reportedError(event);
        if (error !== undefined) throw error;
        return false;
      }
    }
  }

  #noteCall(block: unknown): void {
    if (isRecord(block) && block.type === "tool_use") this.#calls.push(text(block.name));
  }

  #finish(native: string): void {
    if (native === "" || this.finished) return;
    this.finishReason = readStopReason(native, this.#calls);
    this.finished = true;
  }
}
