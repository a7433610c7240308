import { create } from "@bufbuild/protobuf";
import type { ChatEvent } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import {
  type Citation,
  type Part,
  type TokenLogprob,
  TokenLogprobSchema,
  ToolKind,
} from "../../../gen/causeway/chat/v1/content_pb.ts";
import { fieldText } from "../../core/extensions.ts";
import { chatEvent, partDelta } from "../../core/fold.ts";
import { malformedEvent } from "../../core/malformed.ts";
import { part } from "../../core/media.ts";
import { WholeText } from "../../core/whole-text.ts";
import { count, isRecord, noFields, records, text, type Wire } from "../../core/wire-values.ts";
import { readCitation } from "./citations.ts";
import { reportedError } from "./error.ts";
import { planPart } from "./messages.ts";
import { dialectName, own, readFinishReason, readUsage, rest } from "./wire.ts";

/** "Chat with Streaming"; others are for nobody, or new. */
const eventTypes: ReadonlySet<string> = new Set([
  "message-start",
  "content-start",
  "content-delta",
  "content-end",
  "tool-plan-delta",
  "tool-call-start",
  "tool-call-delta",
  "tool-call-end",
  "citation-start",
  "message-end",
]);

const eventFields: ReadonlySet<string> = new Set(["type", "id", "delta", "index"]);
const endFields: ReadonlySet<string> = new Set(["finish_reason", "usage", "error"]);
const messageFields: ReadonlySet<string> = new Set(["role", "content", "tool_plan", "tool_calls", "citations"]);
const wholeFields: ReadonlySet<string> = new Set(["id", "finish_reason", "message", "usage", "logprobs"]);
const contentFields: ReadonlySet<string> = new Set(["type", "text", "thinking"]);
const callFields: ReadonlySet<string> = new Set(["id", "type", "function"]);
const functionFields: ReadonlySet<string> = new Set(["name", "arguments"]);

/** A part that has begun. */
interface Place {
  readonly index: number;
  readonly kind: Part["kind"]["case"];
  readonly said: WholeText;
  /** The wire says that it is complete. Citations of a text may still follow: it ends when something else begins. */
  isComplete: boolean;
}

/**
 * Turns the events of a stream, or a whole answer, into the contract's. The wire counts content, tool calls and
 * citations each on their own; the contract counts parts. Made for one answer.
 */
export class EventReader {
  #started = false;
  #finished = false;
  #parts = 0;
  /** The parts that have not ended, in the order of their starts. */
  readonly #open = new Set<Place>();
  /** The latest part at each of the wire's indexes. */
  readonly #content = new Map<number, Place>();
  readonly #calls = new Map<number, Place>();
  #plan: Place | undefined;
  #lastText: Place | undefined;
  /** Citations of what is no text, or of one that has ended. */
  readonly #stray: Wire[] = [];
  readonly #probabilities: Wire[] = [];
  /** Whether they say more than the contract does: then they also leave as they came. */
  #areProbabilitiesRich = false;
  /** Vendor fields; they leave with the end. */
  readonly #extensions: Record<string, string> = {};

  /** `name`: the event's, for servers that leave it out of the data. Throws the error that the event reports. */
  read(wire: unknown, name: string, events: ChatEvent[]): void {
    if (!isRecord(wire)) throw malformedEvent();
    const type = text(wire.type) || name;
    const error = reportedError(wire, type);
    if (error !== undefined) throw error;
    if (this.#finished || !eventTypes.has(type)) return;
    if (!this.#started) this.#start(wire, type === "message-start" ? rest(wire, eventFields) : {}, events);
    this.#event(type, wire, events);
  }

  #event(type: string, wire: Wire, events: ChatEvent[]): void {
    const index = count(wire.index) ?? 0;
    const delta = isRecord(wire.delta) ? wire.delta : noFields;
    const message = isRecord(delta.message) ? delta.message : noFields;
    switch (type) {
      case "content-delta":
        this.#contentDelta(index, first(message.content), wire.logprobs, events);
        break;
      case "tool-call-delta":
        this.#callDelta(index, first(message.tool_calls), events);
        break;
      case "tool-plan-delta":
        this.#planDelta(string(message.tool_plan), events);
        break;
      case "content-start":
        this.#contentStart(index, first(message.content), events);
        break;
      case "content-end":
        this.#contentEnd(this.#content.get(index), events);
        break;
      case "tool-call-start":
        this.#callStart(index, first(message.tool_calls), events);
        break;
      case "tool-call-end":
        this.#end(this.#calls.get(index), events);
        break;
      case "citation-start":
        for (const citation of all(message.citations)) this.#citation(citation, events);
        break;
      case "message-start":
        this.#note(message);
        break;
      case "message-end":
        this.#finish(delta, { ...rest(wire, eventFields), ...rest(delta, endFields) }, events);
        break;
    }
  }

  /** "Chat": an answer whose message is there at once. */
  readWhole(wire: Wire, events: ChatEvent[]): void {
    const message = isRecord(wire.message) ? wire.message : noFields;
    this.#start(wire, rest(wire, wholeFields), events);
    this.#note(message);
    const content = typeof message.content === "string" ? [{ text: message.content }] : records(message.content);
    const lastText = content.findLastIndex((item) => kindOf(item) === "text");
    const citations = content.map((): Citation[] => []);
    for (const citation of records(message.citations)) {
      const at = count(citation.content_index) ?? lastText;
      if (content[at] !== undefined && kindOf(content[at]) === "text") citations[at]?.push(readCitation(citation));
      else this.#stray.push(citation);
    }
    const logprobs = records(wire.logprobs).flatMap((item) => this.#logprobs(item));
    this.#areProbabilitiesRich ||= lastText < 0; // then no part has them
    content.forEach((item, i) => {
      const begun = readItem(item, text(item.text), text(item.thinking));
      if (begun.kind.case === "text") begun.kind.value.citations = citations[i] ?? [];
      if (i === lastText) begun.logprobs = logprobs;
      this.#end(this.#begin(begun, events), events);
    });
    const plan = text(message.tool_plan);
    if (plan !== "") this.#end(this.#begin(planPart(plan), events), events);
    for (const call of records(message.tool_calls)) {
      this.#end(this.#begin(readCall(call, argumentsOf(call).toWellFormed()), events), events);
    }
    this.#finish(wire, {}, events);
  }

  #start(wire: Wire, extensions: Record<string, string>, events: ChatEvent[]): void {
    this.#started = true;
    events.push(chatEvent("start", { id: text(wire.id), extensions }));
  }

  /** Vendor fields of the message. */
  #note(message: Wire): void {
    Object.assign(this.#extensions, rest(message, messageFields, "message."));
  }

  #begin(begun: Part, events: ChatEvent[]): Place {
    for (const place of this.#open) if (place.isComplete) this.#end(place, events);
    const place = { index: this.#parts, kind: begun.kind.case, said: new WholeText(), isComplete: false };
    this.#parts += 1;
    this.#open.add(place);
    if (place.kind === "text") this.#lastText = place;
    events.push(chatEvent("partStart", { choice: 0, index: place.index, part: begun }));
    return place;
  }

  #grow(place: Place, value: string, logprobs: TokenLogprob[], events: ChatEvent[]): void {
    if (!this.#open.has(place)) return; // a stray piece of what has ended
    const whole = place.said.push(value);
    if (whole !== "" || logprobs.length > 0) events.push(growth(place, whole, logprobs));
  }

  #end(place: Place | undefined, events: ChatEvent[]): void {
    if (place === undefined || !this.#open.delete(place)) return;
    const half = place.said.end();
    if (half !== "") events.push(growth(place, half));
    events.push(chatEvent("partEnd", { choice: 0, index: place.index }));
  }

  #contentStart(index: number, item: Wire, events: ChatEvent[]): void {
    this.#end(this.#content.get(index), events);
    const place = this.#begin(readItem(item, "", ""), events);
    this.#content.set(index, place);
    if (place.kind === "opaque") this.#end(place, events);
    else this.#grow(place, string(place.kind === "text" ? item.text : item.thinking), [], events);
  }

  /** Some servers leave the starts out, and some count all content as 0. */
  #contentDelta(index: number, item: Wire, probabilities: unknown, events: ChatEvent[]): void {
    const logprobs = all(probabilities).flatMap((entry) => this.#logprobs(entry));
    const known = this.#content.get(index);
    const kind = typeof item.thinking === "string" ? "reasoning" : typeof item.text === "string" ? "text" : known?.kind;
    if (kind !== "text" && kind !== "reasoning") return;
    let place = known;
    if (place?.kind !== kind || !this.#open.has(place)) {
      this.#end(place, events);
      place = this.#begin(part({ case: kind, value: {} }), events);
      this.#content.set(index, place);
    }
    this.#grow(place, string(kind === "text" ? item.text : item.thinking), logprobs, events);
  }

  #contentEnd(place: Place | undefined, events: ChatEvent[]): void {
    if (place?.kind === "text") place.isComplete = true;
    else this.#end(place, events);
  }

  #planDelta(value: string, events: ChatEvent[]): void {
    if (value === "") return;
    if (this.#plan === undefined || !this.#open.has(this.#plan)) this.#plan = this.#begin(planPart(""), events);
    this.#grow(this.#plan, value, [], events);
  }

  #callStart(index: number, wire: Wire, events: ChatEvent[]): void {
    this.#end(this.#plan, events);
    this.#end(this.#calls.get(index), events);
    const place = this.#begin(readCall(wire, ""), events);
    this.#calls.set(index, place);
    this.#grow(place, argumentsOf(wire), [], events);
  }

  #callDelta(index: number, wire: Wire, events: ChatEvent[]): void {
    const place = this.#calls.get(index);
    if (place === undefined) this.#callStart(index, wire, events);
    else this.#grow(place, argumentsOf(wire), [], events);
  }

  #citation(wire: Wire, events: ChatEvent[]): void {
    const at = count(wire.content_index);
    const place = at === undefined ? this.#lastText : this.#content.get(at);
    if (place?.kind !== "text" || !this.#open.has(place)) this.#stray.push(wire);
    else events.push(partDelta(0, place.index, { case: "citation", value: readCitation(wire) }));
  }

  /** "Chat", logprobs: a piece of text, and of each of its tokens the id and the probability. */
  #logprobs(wire: Wire): TokenLogprob[] {
    this.#probabilities.push(wire);
    const { token_ids: ids, logprobs, text: piece, ...more } = wire;
    const told = Array.isArray(logprobs) ? logprobs.filter((value) => typeof value === "number") : [];
    const isPlain = told.length === 1 && (!Array.isArray(ids) || ids.length === 0) && Object.keys(more).length === 0;
    this.#areProbabilitiesRich ||= !isPlain;
    return told.map((logprob, i) => create(TokenLogprobSchema, { token: i === 0 ? text(piece) : "", logprob }));
  }

  #finish({ finish_reason, usage }: Wire, late: Record<string, string>, events: ChatEvent[]): void {
    this.#finished = true;
    for (const place of this.#open) this.#end(place, events);
    if (this.#stray.length > 0) this.#keep("message.citations", this.#stray);
    if (this.#areProbabilitiesRich && this.#probabilities.length > 0) this.#keep("logprobs", this.#probabilities);
    const native = text(finish_reason);
    const extensions = { ...this.#extensions, ...late };
    const reason = readFinishReason(native);
    events.push(chatEvent("finish", { choice: 0, reason, nativeReason: native, extensions }));
    const told = readUsage(usage);
    if (told !== undefined) events.push(chatEvent("usage", told));
  }

  #keep(field: string, value: unknown): void {
    const json = fieldText(value);
    if (json !== undefined) this.#extensions[own(field)] = json;
  }
}

const growth = ({ index, kind }: Place, value: string, logprobs: TokenLogprob[] = []): ChatEvent =>
  partDelta(0, index, { case: kind === "toolCall" ? "arguments" : "text", value }, logprobs);

/** As it is: it may go on in the middle of a character. */
const string = (value: unknown): string => (typeof value === "string" ? value : "");

/** The API's description of streams has one object where whole answers have a list; some servers send lists. */
const all = (value: unknown): readonly Wire[] => (isRecord(value) ? [value] : records(value));
const first = (value: unknown): Wire => (isRecord(value) ? value : (records(value)[0] ?? noFields));

function kindOf({ type, thinking }: Wire): "text" | "reasoning" | "opaque" {
  if (type === "thinking" || (type === undefined && thinking !== undefined)) return "reasoning";
  return type === "text" || type === undefined ? "text" : "opaque";
}

function readItem(item: Wire, said: string, thought: string): Part {
  const kind = kindOf(item);
  if (kind === "opaque") {
    const json = fieldText(item) ?? "{}";
    return part({ case: "opaque", value: { dialect: dialectName, type: text(item.type), json } });
  }
  const begun = part({ case: kind, value: { text: kind === "text" ? said : thought } });
  begun.extensions = rest(item, contentFields);
  return begun;
}

function readCall(wire: Wire, input: string): Part {
  const body = isRecord(wire.function) ? wire.function : noFields;
  const value = { id: text(wire.id), name: text(body.name), arguments: input, kind: ToolKind.FUNCTION };
  const begun = part({ case: "toolCall", value });
  begun.extensions = { ...rest(wire, callFields), ...rest(body, functionFields, "function.") };
  return begun;
}

/** Byte for byte where they are text, as they should be; some servers send the object itself. */
function argumentsOf({ function: body }: Wire): string {
  const value = isRecord(body) ? body.arguments : undefined;
  return isRecord(value) ? (fieldText(value) ?? "") : string(value);
}
