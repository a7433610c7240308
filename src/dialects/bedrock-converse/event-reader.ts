import type { ChatEvent, FinishReason } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import type { Part } from "../../../gen/causeway/chat/v1/content_pb.ts";
import { chatEvent, partDelta } from "../../core/fold.ts";
import { malformedEvent } from "../../core/malformed.ts";
import { part } from "../../core/media.ts";
import { answerTool, textToolOf } from "../../core/reserved-tools.ts";
import { WholeText } from "../../core/whole-text.ts";
import { count, isRecord, noFields, parseLeniently, records, text, type Wire } from "../../core/wire-values.ts";
import {
  beginCall,
  isServerCall,
  readAnswerBlock,
  readImage,
  readOpaque,
  readTextCall,
  redacted,
} from "./answer-parts.ts";
import { readCitation } from "./citations.ts";
import { isFailure, readFailure } from "./error.ts";
import { readStopReason, readUsage, rest } from "./wire.ts";

/** Numbers the parts of an answer, and keeps in mind what kinds of tools were called. */
class Parts {
  #count = 0;
  hasAnswerTool = false;
  hasOtherTool = false;

  /** Returns the part's index. */
  start(begun: Part, events: ChatEvent[]): number {
    const index = this.#count;
    this.#count += 1;
    if (begun.kind.case === "toolCall") this.hasOtherTool = true;
    events.push(chatEvent("partStart", { choice: 0, index, part: begun }));
    return index;
  }

  startWhole(begun: Part | undefined, events: ChatEvent[]): void {
    if (begun === undefined) return;
    events.push(chatEvent("partEnd", { choice: 0, index: this.start(begun, events) }));
  }
}

type OpenKind = "text" | "reasoning" | "call" | "answer";

/** What can only be told of when it is whole. */
type Gathered =
  | { readonly is: "call" | "text call"; readonly start: Wire; input: string }
  | { readonly is: "result"; readonly start: Wire; readonly content: Wire[]; isTextOpen: boolean }
  | { readonly is: "image"; image: Wire; readonly bytes: string[] }
  | { readonly is: "redacted"; readonly pieces: string[] };

/** One content block of a stream: usually one part. */
class BlockReader {
  readonly #parts: Parts;
  #open: { readonly kind: OpenKind; readonly index: number } | undefined;
  #said = new WholeText();
  /** Whether the open call has any arguments yet. */
  #hasInput = false;
  #gathered: Gathered | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** "ContentBlockStart". Texts and thoughts have none. */
  start(start: Wire, events: ChatEvent[]): void {
    const { toolUse, toolResult, image } = start;
    if (isRecord(toolUse)) this.#startCall(toolUse, events);
    else if (isRecord(toolResult)) {
      this.#gathered = { is: "result", start: toolResult, content: [], isTextOpen: false };
    } else if (isRecord(image)) this.#gathered = { is: "image", image, bytes: [] };
    else this.#parts.startWhole(readOpaque(start), events);
  }

  #startCall(toolUse: Wire, events: ChatEvent[]): void {
    const isText = textToolOf(text(toolUse.name)) !== undefined;
    if (isServerCall(toolUse)) this.#gathered = { is: "call", start: toolUse, input: "" };
    else if (isText) this.#gathered = { is: "text call", start: toolUse, input: "" };
    else if (toolUse.name === answerTool) {
      this.#parts.hasAnswerTool = true;
      this.#begin("answer", part({ case: "text", value: {} }), events);
    } else this.#begin("call", beginCall(toolUse), events);
  }

  /** "ContentBlockDelta". */
  delta(delta: Wire, events: ChatEvent[]): void {
    if (typeof delta.text === "string") this.#growText("text", delta.text, events);
    else if (isRecord(delta.toolUse)) this.#growInput(string(delta.toolUse.input), events);
    else if (isRecord(delta.reasoningContent)) this.#growThought(delta.reasoningContent, events);
    else if (isRecord(delta.citation)) {
      const value = readCitation(delta.citation);
      events.push(partDelta(0, this.#need("text", events), { case: "citation", value }));
    } else if (Array.isArray(delta.toolResult)) this.#growResult(records(delta.toolResult));
    else if (isRecord(delta.image)) this.#growImage(delta.image);
  }

  /** "ContentBlockStop", or the end of the message. */
  close(events: ChatEvent[]): void {
    this.#closePart(events);
    const gathered = this.#gathered;
    this.#gathered = undefined;
    if (gathered !== undefined) this.#parts.startWhole(wholeOf(gathered), events);
  }

  #begin(kind: OpenKind, begun: Part, events: ChatEvent[]): void {
    this.#closePart(events);
    this.#open = { kind, index: this.#parts.start(begun, events) };
    this.#said = new WholeText();
    this.#hasInput = false;
  }

  /** The open part, if it is of this kind, or a new one. */
  #need(kind: "text" | "reasoning", events: ChatEvent[]): number {
    if (this.#open?.kind !== kind) this.#begin(kind, part({ case: kind, value: {} }), events);
    return this.#open?.index ?? 0;
  }

  #closePart(events: ChatEvent[]): void {
    if (this.#open === undefined) return;
    const { kind, index } = this.#open;
    const left = this.#said.end();
    // a call without arguments has none at all in a stream, and an empty object in a whole answer
    const value = (kind === "call" || kind === "answer") && !this.#hasInput && left === "" ? "{}" : left;
    if (value !== "") events.push(partDelta(0, index, { case: kind === "call" ? "arguments" : "text", value }));
    events.push(chatEvent("partEnd", { choice: 0, index }));
    this.#open = undefined;
  }

  #growText(kind: "text" | "reasoning", piece: string, events: ChatEvent[]): void {
    const index = this.#need(kind, events);
    const value = this.#said.push(piece);
    if (value !== "") events.push(partDelta(0, index, { case: "text", value }));
  }

  #growInput(piece: string, events: ChatEvent[]): void {
    if (this.#gathered?.is === "call" || this.#gathered?.is === "text call") {
      this.#gathered.input += piece;
      return;
    }
    if (this.#open?.kind !== "call" && this.#open?.kind !== "answer") this.#begin("call", beginCall(noFields), events);
    if (this.#open === undefined) return;
    const value = this.#said.push(piece);
    if (value === "") return;
    this.#hasInput = true;
    const { kind, index } = this.#open;
    events.push(partDelta(0, index, { case: kind === "call" ? "arguments" : "text", value }));
  }

  #growThought(thought: Wire, events: ChatEvent[]): void {
    if (typeof thought.text === "string") this.#growText("reasoning", thought.text, events);
    if (typeof thought.signature === "string") {
      const index = this.#need("reasoning", events);
      events.push(partDelta(0, index, { case: "signature", value: text(thought.signature) }));
    }
    if (typeof thought.redactedContent !== "string") return;
    if (this.#gathered?.is === "redacted") this.#gathered.pieces.push(thought.redactedContent);
    else this.#gathered ??= { is: "redacted", pieces: [thought.redactedContent] };
  }

  /** Texts go on from one delta to the next. */
  #growResult(pieces: readonly Wire[]): void {
    const gathered = this.#gathered;
    if (gathered?.is !== "result") return;
    for (const piece of pieces) {
      const last = gathered.content.at(-1);
      const isMore = gathered.isTextOpen && typeof piece.text === "string" && typeof last?.text === "string";
      if (isMore) gathered.content[gathered.content.length - 1] = { text: last.text + String(piece.text) };
      else gathered.content.push(piece);
      gathered.isTextOpen = false;
    }
    gathered.isTextOpen = true;
  }

  #growImage(delta: Wire): void {
    const gathered = this.#gathered;
    if (gathered?.is !== "image") return;
    const source = isRecord(delta.source) ? delta.source : noFields;
    if (typeof source.bytes === "string") gathered.bytes.push(source.bytes);
    gathered.image = { ...gathered.image, ...delta };
  }
}

/** As it is: it may go on in the middle of a character. */
const string = (value: unknown): string => (typeof value === "string" ? value : "");

/** With its members in the order in which Bedrock writes them: of the alphabet. */
const sorted = (wire: Wire): Wire => Object.fromEntries(Object.entries(wire).sort(([a], [b]) => (a < b ? -1 : 1)));

function wholeOf(gathered: Gathered): Part | undefined {
  switch (gathered.is) {
    case "call": {
      const input = gathered.input === "" ? {} : (parseLeniently(gathered.input) ?? gathered.input);
      return readOpaque({ toolUse: sorted({ ...gathered.start, input }) });
    }
    case "text call":
      return readTextCall(gathered.start, gathered.input);
    case "result":
      return readOpaque({ toolResult: sorted({ ...gathered.start, content: gathered.content }) });
    case "image": {
      const { image, bytes } = gathered;
      const joined = bytes.length < 2 ? bytes[0] : Buffer.concat(bytes.map((b) => Buffer.from(b, "base64")));
      const source = typeof joined === "object" ? { bytes: joined.toString("base64") } : image.source;
      const whole = sorted({ ...image, source });
      return readImage(whole) ?? readOpaque({ image: whole });
    }
    case "redacted":
      return redacted(gathered.pieces);
    default:
      return gathered satisfies never;
  }
}

/** Turns the events of one answer into the contract's. A whole answer reads as the events that would have made it. */
export class EventReader {
  readonly #parts = new Parts();
  readonly #blocks = new Map<number, BlockReader>();
  #started = false;
  #finished = false;

  /** Adds what an event says. Throws the failure that it reports, or "upstream_malformed". */
  read(event: string, wire: unknown, events: ChatEvent[]): void {
    if (isFailure(event)) throw readFailure(event, isRecord(wire) ? wire : noFields);
    if (!isRecord(wire)) throw malformedEvent();
    switch (event) {
      case "contentBlockDelta":
        this.#start(events);
        if (isRecord(wire.delta)) this.#block(wire).delta(wire.delta, events);
        break;
      case "messageStart":
        this.#start(events);
        break;
      case "contentBlockStart":
        this.#start(events);
        if (isRecord(wire.start)) this.#restart(wire, events).start(wire.start, events);
        break;
      case "contentBlockStop":
        this.#blocks.get(placeOf(wire))?.close(events);
        this.#blocks.delete(placeOf(wire));
        break;
      case "messageStop":
        this.#start(events);
        this.#finish(wire, events);
        break;
      case "metadata":
        this.#start(events);
        this.#usage(wire, events);
        break;
      default: // of a newer API
        break;
    }
  }

  /** "ConverseResponse". */
  readWhole(wire: Wire, content: readonly Wire[], events: ChatEvent[]): void {
    this.#start(events);
    for (const block of content) {
      if (isRecord(block.toolUse) && block.toolUse.name === answerTool) this.#parts.hasAnswerTool = true;
      this.#parts.startWhole(readAnswerBlock(block), events);
    }
    const { stopReason, additionalModelResponseFields } = wire;
    this.#finish({ stopReason, additionalModelResponseFields: additionalModelResponseFields ?? null }, events);
    this.#usage(wire, events);
  }

  #start(events: ChatEvent[]): void {
    if (this.#started) return;
    this.#started = true;
    events.push(chatEvent("start", {})); // Bedrock tells neither an id nor the model in its answers
  }

  #block(wire: Wire): BlockReader {
    const place = placeOf(wire);
    let block = this.#blocks.get(place);
    if (block === undefined) {
      block = new BlockReader(this.#parts);
      this.#blocks.set(place, block);
    }
    return block;
  }

  /** A block that begins where another one was not ended. */
  #restart(wire: Wire, events: ChatEvent[]): BlockReader {
    const block = this.#block(wire);
    block.close(events);
    return block;
  }

  #finish(wire: Wire, events: ChatEvent[]): void {
    for (const block of this.#blocks.values()) block.close(events);
    this.#blocks.clear();
    if (this.#finished) return;
    this.#finished = true;
    const native = finishWord(text(wire.stopReason), this.#parts);
    const { stopSequence, isWhole } = readStopSequence(wire.additionalModelResponseFields);
    const extensions = rest(wire, isWhole ? finishFieldsRead : finishFields);
    const reason = readStopReason(native);
    events.push(chatEvent("finish", { choice: 0, reason, nativeReason: native, stopSequence, extensions }));
  }

  #usage(wire: Wire, events: ChatEvent[]): void {
    const usage = readUsage(wire.usage, wire);
    if (usage !== undefined) events.push(chatEvent("usage", usage));
  }
}

const placeOf = (wire: Wire): number => count(wire.contentBlockIndex) ?? 0;

const finishFields = new Set(["stopReason", "p"]);
const finishFieldsRead = new Set(["stopReason", "p", "additionalModelResponseFields"]);

interface CalledTools {
  readonly hasAnswerTool: boolean;
  readonly hasOtherTool: boolean;
}

/** The call of a tool that stands for the answer's form is the answer's end: nobody knows of that tool but this dialect. */
const finishWord = (native: string, { hasAnswerTool, hasOtherTool }: CalledTools): string =>
  native === "tool_use" && hasAnswerTool && !hasOtherTool ? "end_turn" : native;

/** As `EventReader` reads it. */
export const finishReason = (native: unknown, called: CalledTools): FinishReason =>
  readStopReason(finishWord(text(native), called));

/**
 * Claude's own field, which requests ask for in additionalModelResponseFieldPaths: "/stop_sequence" of a whole answer,
 * "/delta/stop_sequence" of a stream. `isWhole`: there is nothing else in the fields.
 */
function readStopSequence(fields: unknown): { stopSequence: string; isWhole: boolean } {
  if (!isRecord(fields)) return { stopSequence: "", isWhole: false };
  const { stop_sequence: whole, delta } = fields;
  const streamed = isRecord(delta) ? delta.stop_sequence : undefined;
  const isWhole = typeof whole === "string" && whole !== "" && Object.keys(fields).length === 1;
  return { stopSequence: text(whole) || text(streamed), isWhole };
}
