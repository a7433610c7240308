import type { ChatFinish, PartDelta, PartStart } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import type { Part, TokenLogprob } from "../../../gen/causeway/chat/v1/content_pb.ts";
import { graftOwn, type Members } from "../../core/extensions.ts";
import { type Json, toJson } from "../../lib/json-text.ts";
import type { ChoiceWriter, Send } from "../openai/chunk-writer.ts";
import { CallPlaces, writeGrowth, writeStart } from "./delta-writer.ts";
import { DetailsWriter } from "./details-writer.ts";
import { writeChunkLogprobs } from "./logprobs.ts";
import { dialectName, writeFinishReason } from "./wire.ts";

interface WriterChoice {
  readonly calls: CallPlaces;
  readonly details: DetailsWriter;
  /** The kinds of the parts that have begun. */
  readonly kinds: Part["kind"]["case"][];
  hasSpoken: boolean;
  /** Whether thoughts were the last that was said. */
  isThinking: boolean;
}

/** Says what events say in deltas, as JSON text. Made for one answer. */
export class DeltaWriter implements ChoiceWriter {
  readonly #choices = new Map<number, WriterChoice>();

  begin({ choice, index, part }: PartStart, send: Send): void {
    if (part === undefined) return;
    this.end(choice, send);
    const state = this.#choice(choice);
    const of = part.kind.case;
    state.kinds[index] = of;
    const delta = writeStart(part, index, state.calls);
    const details = of === "reasoning" || of === "opaque" ? state.details.begin(part, index, state.isThinking) : [];
    state.isThinking ||= of === "reasoning";
    if (delta === undefined && details.length === 0) return;
    const members: Members = { ...delta, reasoning_details: details.length === 0 ? undefined : details };
    send(this.#written(choice, state, toJson(members).slice(1, -1), part.logprobs, of));
  }

  grow(growth: PartDelta, send: Send): void {
    const { choice, index, delta, logprobs } = growth;
    const state = this.#choice(choice);
    const of = state.kinds[index];
    let members = writeGrowth(growth, of, state.calls);
    if (of === "reasoning") {
      const details =
        delta.case === "text"
          ? state.details.grow(index, delta.value)
          : delta.case === "signature"
            ? state.details.sign(index, delta.value)
            : [];
      if (details.length > 0) members = `${members === undefined ? "" : `${members},`}${detailsText(details)}`;
    }
    if (members !== undefined) send(this.#written(choice, state, members, logprobs, of));
  }

  end(choice: number, send: Send): void {
    const state = this.#choice(choice);
    const details = state.details.end();
    if (details.length > 0) send(this.#written(choice, state, detailsText(details), [], "reasoning"));
  }

  finish({ choice, reason, extensions }: ChatFinish, send: Send): void {
    this.end(choice, send);
    const state = this.#choice(choice);
    const message: Members = state.hasSpoken ? {} : { role: "assistant" };
    state.hasSpoken = true;
    const written: Members = { index: choice, message, logprobs: null, finish_reason: writeFinishReason(reason) };
    graftOwn(written, extensions, dialectName);
    const { message: delta, ...rest } = written;
    send(toJson({ ...rest, delta }));
  }

  #choice(choice: number): WriterChoice {
    let state = this.#choices.get(choice);
    if (state === undefined) {
      const details = new DetailsWriter();
      state = { calls: new CallPlaces(), details, kinds: [], hasSpoken: false, isThinking: false };
      this.#choices.set(choice, state);
    }
    return state;
  }

  #written(
    choice: number,
    state: WriterChoice,
    members: string,
    logprobs: readonly TokenLogprob[],
    of: Part["kind"]["case"],
  ): string {
    const role = state.hasSpoken ? "" : `"role":"assistant",`;
    state.hasSpoken = true;
    if (of !== "reasoning" && of !== "opaque") state.isThinking = false;
    const probabilities = logprobs.length === 0 ? "null" : toJson(writeChunkLogprobs(logprobs, of === "refusal"));
    return `{"index":${choice},"delta":{${role}${members}},"logprobs":${probabilities},"finish_reason":null}`;
  }
}

const detailsText = (details: readonly Json[]): string => `"reasoning_details":${toJson(details)}`;
