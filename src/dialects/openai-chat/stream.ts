import { type ChatEvent, FinishReason } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import type { Usage } from "../../../gen/causeway/chat/v1/usage_pb.ts";
import type { StreamCodec, StreamReader, StreamWatcher, StreamWriter } from "../../core/dialect.ts";
import { GatewayError } from "../../core/error.ts";
import { readEvents } from "../../lib/sse.ts";
import { ChunkReader, readToldUsage } from "./chunk-reader.ts";
import { ChunkWriter } from "./chunk-writer.ts";
import { errorCodec, reportedError } from "./error.ts";
import { isRecord, readFinishReason, records, text, type Wire } from "./wire.ts";

/** "The chat completion chunk object" (platform.openai.com/docs/api-reference/chat/streaming). */
export const streamCodec: StreamCodec = {
  contentType: "text/event-stream",
  reader,
  writer: ({ usageWanted }) => writer(new ChunkWriter(usageWanted)),
  watcher: ({ hideUsage }) => new Watcher(hideUsage),
};

const done = "[DONE]";

function parseEvent(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch (cause) {
    throw new GatewayError("upstream_malformed", "The provider sent an event that is no JSON.", { cause });
  }
}

function reader(): StreamReader {
  const chunks = new ChunkReader();
  return {
    read(bytes) {
      const events: ChatEvent[] = [];
      readEvents(bytes, (data) => {
        if (data !== done) chunks.read(parseEvent(data), events);
      });
      return events;
    },
  };
}

function writer(chunks: ChunkWriter): StreamWriter {
  return {
    write(events) {
      let wire = "";
      for (const event of events) {
        const chunk = chunks.write(event);
        if (chunk !== undefined) wire += `data: ${chunk}\n\n`;
      }
      return wire;
    },
    end() {
      const usage = chunks.end();
      return `${usage === undefined ? "" : `data: ${usage}\n\n`}data: ${done}\n\n`;
    },
    fail: (error) => `data: ${errorCodec.write(error)}\n\n`,
  };
}

/**
 * Where an event may say what the ledger has to know, in bytes read as Latin-1, where offsets are byte offsets. In a
 * JSON string the quotes would be escaped, so that only keys are found; what was found is decoded to be sure.
 */
const landmark = /"(?:usage"\s*:\s*\{|error"\s*:\s*["{]|object"\s*:\s*"error"|finish_reason"\s*:\s*"[^"])|\[DONE\]/g;

class Watcher implements StreamWatcher {
  usage: Usage | undefined;
  finishReason: FinishReason = FinishReason.UNSPECIFIED;
  finished = false;
  ended = false;
  readonly #isUsageHidden: boolean;

  constructor(hideUsage: boolean) {
    this.#isUsageHidden = hideUsage;
  }

  see(bytes: Buffer): Buffer {
    const latin = bytes.toString("latin1");
    const kept: Buffer[] = [];
    let from = 0;
    landmark.lastIndex = 0;
    for (let hit = landmark.exec(latin); hit !== null; hit = landmark.exec(latin)) {
      const start = eventStart(latin, hit.index);
      const end = eventEnd(latin, hit.index);
      landmark.lastIndex = end;
      if (this.#isShown(bytes.subarray(start, end))) continue;
      kept.push(bytes.subarray(from, start));
      from = end;
    }
    if (from === 0) return bytes;
    kept.push(bytes.subarray(from));
    return Buffer.concat(kept);
  }

  /** Looks at one event. Returns whether the client gets it. */
  #isShown(event: Buffer): boolean {
    let isShown = true;
    readEvents(event, (data) => {
      if (data === done) {
        this.finished = true;
        this.ended = true;
        isShown = false;
      } else {
        const chunk = parseLeniently(data);
        if (isRecord(chunk)) isShown = this.#isChunkShown(chunk);
      }
    });
    return isShown;
  }

  #isChunkShown(chunk: Wire): boolean {
    const error = reportedError(chunk);
    if (error !== undefined) throw error;
    this.usage = readToldUsage(chunk) ?? this.usage;
    for (const choice of records(chunk.choices)) {
      const native = text(choice.finish_reason);
      if (native === "") continue;
      if (!this.finished) this.finishReason = readFinishReason(native); // of several choices, the first to finish
      this.finished = true;
    }
    const { choices, usage } = chunk;
    const isUsageOnly = isRecord(usage) && !(Array.isArray(choices) && choices.length > 0);
    return !(isUsageOnly && this.#isUsageHidden);
  }
}

/** undefined for what is no JSON: the client will say what is wrong with it. */
function parseLeniently(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}

const isLineEnd = (char: string | undefined): boolean => char === "\n" || char === "\r";

/** Whether a blank line ends right before `at`. */
function isBehindBlankLine(wire: string, at: number): boolean {
  const last = wire[at - 1];
  if (!isLineEnd(last) || (last === "\r" && wire[at] === "\n")) return false;
  return isLineEnd(wire[last === "\n" && wire[at - 2] === "\r" ? at - 3 : at - 2]);
}

/** Where the event around an offset begins. */
function eventStart(wire: string, at: number): number {
  let start = at;
  while (start > 0 && !isBehindBlankLine(wire, start)) start -= 1;
  return start;
}

/** Where the next event begins. */
function eventEnd(wire: string, at: number): number {
  let end = at + 1;
  while (end < wire.length && !isBehindBlankLine(wire, end)) end += 1;
  return end;
}
