import { type ChatEvent, type ChatResponse, FinishReason } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import type { Usage } from "../../../gen/causeway/chat/v1/usage_pb.ts";
import type { AnswerCodec, AnswerFacts, StreamCodec, StreamReader, StreamWatcher } from "../../core/dialect.ts";
import type { GatewayError } from "../../core/error.ts";
import { foldEvents } from "../../core/fold.ts";
import { holdsArray } from "../../core/json-array.ts";
import { malformedAnswer } from "../../core/malformed.ts";
import { RepeatedEvents } from "../../core/repeated-event.ts";
import { watchAnswer } from "../../core/whole-answer.ts";
import { isRecord, parseLeniently, records, text, type Wire } from "../../core/wire-values.ts";
import type { JsonMembers } from "../../lib/json-members.ts";
import { readEvents } from "../../lib/sse.ts";
import { sieveEvents } from "../../lib/sse-landmarks.ts";
import { type ChunkWriting, chunkWriter, done } from "./chunk-writer.ts";

/** What OpenAI's chats and completions have in common: answers of choices, streamed in chunks of the same form. */
export interface ChunkLanguage extends ChunkWriting {
  /** Made for one answer. `isWhole`: there is one chunk only, which is a whole answer. */
  reader(isWhole: boolean): ChunkReading;
  writeWhole(chat: ChatResponse): string;
  /** The error that a chunk reports. */
  errorOf(chunk: Wire): GatewayError | undefined;
  usageOf(chunk: Wire): Usage | undefined;
  finishReasonOf(native: string): FinishReason;
}

export interface ChunkReading {
  /** Adds the chunk's events. Returns what `RepeatedEvents` has to know. Throws GatewayError. */
  read(chunk: unknown, events: ChatEvent[]): boolean;
}

export function chunkAnswers(language: ChunkLanguage): AnswerCodec {
  return {
    read(wire) {
      const events: ChatEvent[] = [];
      language.reader(true).read(wire, events);
      if (!isRecord(wire) || !Array.isArray(wire.choices)) throw malformedAnswer("has no 'choices'");
      return foldEvents(events);
    },
    write: (chat) => language.writeWhole(chat),
    watch: (body) =>
      watchAnswer(
        body,
        (wire) => lookAt(wire, language),
        (members) => look(members, language),
      ),
  };
}

function lookAt(wire: unknown, language: ChunkLanguage): AnswerFacts {
  const error = isRecord(wire) ? language.errorOf(wire) : undefined;
  if (error !== undefined) throw error;
  if (!isRecord(wire) || !Array.isArray(wire.choices)) throw malformedAnswer("has no 'choices'");
  const finished = records(wire.choices).find((choice) => text(choice.finish_reason) !== "");
  return {
    usage: language.usageOf({ usage: wire.usage, service_tier: wire.service_tier }),
    finishReason: language.finishReasonOf(text(finished?.finish_reason)),
  };
}

/** The same for a long answer: only what is looked for is parsed. */
function look(members: JsonMembers, language: ChunkLanguage): AnswerFacts {
  const choices = members.span("choices");
  if (members.has("error") || choices === undefined || !holdsArray(members, "choices")) {
    return lookAt(members.value(), language);
  }
  const finish = finishPattern.exec(members.bytes.toString("latin1", choices.start, choices.end));
  return {
    usage: language.usageOf({ usage: members.get("usage"), service_tier: members.get("service_tier") }),
    finishReason: language.finishReasonOf(finish?.[1] ?? ""),
  };
}

/** Inside a JSON string the quotes would be escaped, so this is a key. The first choice's counts. */
const finishPattern = /"finish_reason"\s*:\s*"([^"]+)"/;

export function chunkStream(language: ChunkLanguage): StreamCodec {
  return {
    contentType: "text/event-stream",
    keepAlive: ": keep-alive\n\n",
    reader: () => reader(language.reader(false)),
    writer: ({ usageWanted }) => chunkWriter(language, usageWanted),
    watcher: ({ hideUsage }) => new Watcher(language, hideUsage),
  };
}

function reader(chunks: ChunkReading): StreamReader {
  return new RepeatedEvents((wire, events) => chunks.read(wire, events), done, "obfuscation");
}

/**
 * Where an event may say what the ledger has to know, in bytes read as Latin-1, where offsets are byte offsets. In a
 * JSON string the quotes would be escaped, so that keys are found and little else; what was found is decoded to be sure. V8
 * skips most of the bytes for this pattern: with "[DONE]" in it, or spelt out, it takes three to five times as long.
 */
const landmark = /(?:usage"\s*:\s*\{|error"|_reason"\s*:\s*"[^"])/g;

class Watcher implements StreamWatcher {
  usage: Usage | undefined;
  finishReason: FinishReason = FinishReason.UNSPECIFIED;
  finished = false;
  ended = false;
  readonly #language: ChunkLanguage;
  readonly #isUsageHidden: boolean;

  constructor(language: ChunkLanguage, hideUsage: boolean) {
    this.#language = language;
    this.#isUsageHidden = hideUsage;
  }

  see(bytes: Buffer): Buffer {
    return sieveEvents(bytes, landmark, (event) => this.#isShown(event), done);
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
    const error = this.#language.errorOf(chunk);
    if (error !== undefined) throw error;
    this.usage = this.#language.usageOf(chunk) ?? this.usage;
    for (const choice of records(chunk.choices)) {
      const native = text(choice.finish_reason);
      if (native === "") continue;
      // of several choices, the first to finish
      if (!this.finished) this.finishReason = this.#language.finishReasonOf(native);
      this.finished = true;
    }
    const { choices, usage } = chunk;
    const isUsageOnly = isRecord(usage) && !(Array.isArray(choices) && choices.length > 0);
    return !(isUsageOnly && this.#isUsageHidden);
  }
}
