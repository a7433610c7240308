import type { ChatFinish, ChatResponse, PartDelta, PartStart } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import type { Part, TokenLogprob } from "../../../gen/causeway/chat/v1/content_pb.ts";
import { graftOwn, type Members } from "../../core/extensions.ts";
import { RawJson, toJson } from "../../lib/json-text.ts";
import type { ChoiceWriter, Head, Send } from "../openai/chunk-writer.ts";
import { writeLogprobs } from "./logprobs.ts";
import { dialectName, writeFinishReason, writeUsage } from "./wire.ts";

/** What all chunks of an answer, or the answer, begin with. */
export function writeHead(start: Head): Members {
  const created = new RawJson(start.created.toString());
  const head: Members = { id: start.id, object: "text_completion", created, model: start.model };
  graftOwn(head, start.extensions, dialectName);
  return head;
}

/**
 * What a client of completions can be told of a part: text, and the words by which a model declines. All else, such as
 * thoughts and tool calls, is left out.
 */
const textOf = ({ kind }: Part): string => (kind.case === "text" || kind.case === "refusal" ? kind.value.text : "");

const isText = (kind: Part["kind"]["case"]): boolean => kind === "text" || kind === "refusal";

interface WriterChoice {
  /** The kinds of the parts that have begun. */
  readonly kinds: Part["kind"]["case"][];
  /** How many characters were said, where tokens' places are told. */
  length: number;
}

/** Says what events say in texts. Made for one answer. */
export class TextWriter implements ChoiceWriter {
  readonly #choices = new Map<number, WriterChoice>();

  begin({ choice, index, part }: PartStart, send: Send): void {
    if (part === undefined) return;
    this.#choice(choice).kinds[index] = part.kind.case;
    this.#say(choice, textOf(part), isText(part.kind.case) ? part.logprobs : [], send);
  }

  grow({ choice, index, delta, logprobs }: PartDelta, send: Send): void {
    if (delta.case === "text" && isText(this.#choice(choice).kinds[index])) {
      this.#say(choice, delta.value, logprobs, send);
    }
  }

  finish({ choice, reason, extensions }: ChatFinish, send: Send): void {
    const written: Members = { text: "", index: choice, logprobs: null, finish_reason: writeFinishReason(reason) };
    graftOwn(written, extensions, dialectName);
    send(toJson(written));
  }

  #choice(choice: number): WriterChoice {
    let state = this.#choices.get(choice);
    if (state === undefined) {
      state = { kinds: [], length: 0 };
      this.#choices.set(choice, state);
    }
    return state;
  }

  #say(choice: number, text: string, entries: readonly TokenLogprob[], send: Send): void {
    if (text === "" && entries.length === 0) return;
    const state = this.#choice(choice);
    const logprobs = entries.length === 0 ? "null" : toJson(writeLogprobs(entries, state.length));
    for (const { token } of entries) state.length += [...token].length;
    send(`{"text":${JSON.stringify(text)},"index":${choice},"logprobs":${logprobs},"finish_reason":null}`);
  }
}

/** A whole answer. */
export function writeWhole(chat: ChatResponse): string {
  const answer = writeHead(chat);
  answer.choices = chat.choices.map((choice): Members => {
    const parts = choice.message?.parts ?? [];
    const entries = parts.filter(({ kind }) => isText(kind.case)).flatMap(({ logprobs }) => logprobs);
    const written: Members = { text: parts.map(textOf).join(""), index: choice.index };
    written.logprobs = writeLogprobs(entries, 0) ?? null;
    written.finish_reason = writeFinishReason(choice.finishReason);
    graftOwn(written, choice.extensions, dialectName);
    return written;
  });
  answer.usage = chat.usage && writeUsage(chat.usage);
  return toJson(answer);
}
