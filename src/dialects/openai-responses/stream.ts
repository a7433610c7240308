import { type ChatEvent, FinishReason } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import type { Usage } from "../../../gen/causeway/chat/v1/usage_pb.ts";
import type { StreamCodec, StreamReader, StreamWatcher, StreamWriter } from "../../core/dialect.ts";
import { HeldEnd } from "../../core/held-end.ts";
import { parsedWholeBytes } from "../../core/whole-answer.ts";
import { isRecord, parseEventData, parseLeniently, text } from "../../core/wire-values.ts";
import { readEvents } from "../../lib/sse.ts";
import { reportedError } from "./error.ts";
import { EventReader } from "./event-reader.ts";
import { EventWriter } from "./event-writer.ts";
import { factsOf, scanEvent, type Told } from "./facts.ts";

/** "Streaming events" (platform.openai.com/docs/api-reference/responses-streaming). */
export const streamCodec: StreamCodec = {
  contentType: "text/event-stream",
  keepAlive: ": keep-alive\n\n",
  reader,
  writer,
  watcher: () => new Watcher(),
};

/** Not OpenAI's: servers in between end all of their streams with it. */
const done = "[DONE]";

function reader(): StreamReader {
  const wire = new EventReader();
  return {
    read(bytes) {
      const events: ChatEvent[] = [];
      readEvents(bytes, (data) => {
        if (data === done) return;
        for (const event of wire.read(parseEventData(data))) events.push(event);
      });
      return events;
    },
  };
}

/** Its usage is always told. */
function writer(): StreamWriter {
  const wire = new EventWriter();
  return {
    write(events) {
      let text = "";
      for (const event of events) text += wire.write(event);
      return text;
    },
    end: () => wire.end(),
    fail: (error) => wire.fail(error),
  };
}

/**
 * Where an event may say what the ledger has to know, in bytes read as Latin-1, where offsets are byte offsets. In a
 * JSON string the quotes would be escaped, so that only members are found; what was found is decoded to be sure.
 */
const landmark =
  /"type"\s*:\s*"(?:response\.(?:created|completed|incomplete|failed)|error)"|"error"\s*:\s*["{]|\[DONE\]/g;

class Watcher implements StreamWatcher {
  id: string | undefined;
  usage: Usage | undefined;
  finishReason: FinishReason = FinishReason.UNSPECIFIED;
  finished = false;
  ended = false;
  readonly #end = new HeldEnd(landmark, (event) => this.#isEnd(event));

  get held(): Buffer | undefined {
    return this.#end.bytes;
  }

  see(bytes: Buffer): Buffer {
    return this.#end.sieve(bytes);
  }

  /** Looks at one event. Returns whether it ends the stream. */
  #isEnd(event: Buffer): boolean {
    let isEnd = false;
    readEvents(event, (data) => {
      isEnd = data === done || this.#take(tell(data));
    });
    if (isEnd) this.ended = true;
    return isEnd;
  }

  /** Returns whether nothing follows. */
  #take(told: Told | undefined): boolean {
    if (told === undefined) return false;
    const { type, facts } = told;
    this.id ??= facts.id;
    if (!terminal.has(type)) return false;
    if (!this.finished) {
      this.usage = facts.usage;
      this.finishReason = facts.finishReason;
    }
    this.finished = true;
    return true;
  }
}

const terminal: ReadonlySet<string> = new Set(["response.completed", "response.incomplete"]);

/** What an event tells of the response in it. undefined: it has none. Throws GatewayError for a failure. */
function tell(data: string): Told | undefined {
  const long = data.length > parsedWholeBytes ? scanEvent(data) : undefined;
  if (long !== undefined) return long;
  const event = parseLeniently(data);
  if (!isRecord(event)) return undefined;
  const error = reportedError(event);
  if (error !== undefined) throw error;
  return isRecord(event.response) ? { type: text(event.type), facts: factsOf(event.response) } : undefined;
}
