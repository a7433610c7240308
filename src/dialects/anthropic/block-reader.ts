import type { ChatEvent, PartDelta } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import { type Part, ToolKind } from "../../../gen/causeway/chat/v1/content_pb.ts";
import { chatEvent, partDelta } from "../../core/fold.ts";
import { part } from "../../core/media.ts";
import { answerTool, readTextInput, textToolOf } from "../../core/reserved-tools.ts";
import { WholeText } from "../../core/whole-text.ts";
import { isRecord, records, text, type Wire } from "../../core/wire-values.ts";
import { RawJson, toJson } from "../../lib/json-text.ts";
import { readCitation } from "./citations.ts";
import { writeInput } from "./input.ts";
import { wholeInput } from "./reserved-tools.ts";
import { dialectName, rest } from "./wire.ts";

const textFields = new Set(["type", "text", "citations"]);
const thinkingFields = new Set(["type", "thinking", "signature"]);
const redactedFields = new Set(["type", "data"]);
const callFields = new Set(["type", "id", "name", "input"]);

/** A block that is told as it grows. */
interface Growing {
  readonly is: "text" | "thinking" | "call" | "answer";
  /** Which part of the message it is. */
  readonly index: number;
  readonly said: WholeText;
  /** What the block began with, of those whose input is told: it counts when nothing else comes. */
  readonly input: string;
  hasGrown: boolean;
}

/** A block that is told when it is whole: what only Anthropic knows, and calls of tools of free text. */
interface Gathering {
  readonly is: "opaque" | "text call";
  readonly block: Map<string, unknown>;
  input: string;
}

/** Turns content blocks into events. Made for one answer. */
export class BlockReader {
  /** How many parts have begun. */
  #parts = 0;
  /** The names of the tools that were called. */
  readonly calls: string[] = [];
  /** By their indexes on the wire. */
  readonly #open = new Map<unknown, Growing | Gathering>();

  begin(at: unknown, block: Wire, events: ChatEvent[]): void {
    this.end(at, events);
    const opened = this.#begin(block, events);
    if (opened !== undefined) this.#open.set(at, opened);
  }

  /** Returns whether it did nothing but let a text grow by exactly what the delta says. */
  grow(at: unknown, delta: Wire, events: ChatEvent[]): boolean {
    const open = this.#open.get(at) ?? this.#beginUntold(at, delta, events);
    if (open === undefined) return false;
    if (!("block" in open)) return this.#grow(open, delta, events);
    gather(open, delta);
    return false;
  }

  end(at: unknown, events: ChatEvent[]): void {
    const open = this.#open.get(at);
    if (open === undefined) return;
    this.#open.delete(at);
    if ("block" in open) {
      this.#startWhole(open.is === "opaque" ? opaqueOf(open) : textCallOf(open), events);
      return;
    }
    const { index, input } = open;
    this.#tell(open, open.said.end(), events);
    if (!open.hasGrown) this.#tell(open, input, events);
    events.push(chatEvent("partEnd", { choice: 0, index }));
  }

  endAll(events: ChatEvent[]): void {
    for (const at of [...this.#open.keys()]) this.end(at, events);
  }

  #begin(block: Wire, events: ChatEvent[]): Growing | Gathering | undefined {
    switch (block.type) {
      case "text": {
        const said = new WholeText();
        const citations = records(block.citations).map(readCitation);
        const begun = part({ case: "text", value: { text: said.push(text(block.text)), citations } });
        begun.extensions = rest(block, textFields);
        return this.#start("text", begun, said, events);
      }
      case "thinking": {
        const said = new WholeText();
        const value = { text: said.push(text(block.thinking)), signature: text(block.signature) };
        const begun = part({ case: "reasoning", value });
        begun.extensions = rest(block, thinkingFields);
        return this.#start("thinking", begun, said, events);
      }
      case "redacted_thinking": {
        const begun = part({ case: "reasoning", value: { redacted: text(block.data) } });
        begun.extensions = rest(block, redactedFields);
        this.#startWhole(begun, events);
        return undefined;
      }
      case "tool_use":
        return this.#beginCall(block, events);
      default:
        return { is: "opaque", block: new Map(Object.entries(block)), input: "" };
    }
  }

  #beginCall(block: Wire, events: ChatEvent[]): Growing | Gathering {
    const name = text(block.name);
    const input = wholeInput(block.input);
    this.calls.push(name);
    if (name === answerTool) {
      return this.#start("answer", part({ case: "text", value: {} }), new WholeText(), events, input);
    }
    if (textToolOf(name) !== undefined) {
      return { is: "text call", block: new Map(Object.entries(block)), input: "" };
    }
    const value = { id: text(block.id), name, kind: ToolKind.FUNCTION };
    const begun = part({ case: "toolCall", value });
    begun.extensions = callExtensions(block);
    return this.#start("call", begun, new WholeText(), events, input);
  }

  /** A delta whose block nobody began, as far as it tells what the block is. */
  #beginUntold(at: unknown, { type }: Wire, events: ChatEvent[]): Growing | undefined {
    const is = type === "text_delta" ? "text" : type === "thinking_delta" ? "thinking" : undefined;
    if (is === undefined) return undefined;
    const begun = part({ case: is === "text" ? "text" : "reasoning", value: {} });
    const opened = this.#start(is, begun, new WholeText(), events);
    this.#open.set(at, opened);
    return opened;
  }

  #start(is: Growing["is"], begun: Part, said: WholeText, events: ChatEvent[], input = ""): Growing {
    const index = this.#parts;
    this.#parts += 1;
    events.push(chatEvent("partStart", { choice: 0, index, part: begun }));
    return { is, index, said, input, hasGrown: false };
  }

  #startWhole(begun: Part, events: ChatEvent[]): void {
    const { index } = this.#start("text", begun, new WholeText(), events);
    events.push(chatEvent("partEnd", { choice: 0, index }));
  }

  #grow(open: Growing, delta: Wire, events: ChatEvent[]): boolean {
    const { is, index } = open;
    switch (delta.type) {
      case "text_delta":
        return is === "text" && this.#say(open, string(delta.text), events);
      case "input_json_delta":
        return (is === "call" || is === "answer") && this.#say(open, string(delta.partial_json), events);
      case "thinking_delta":
        return is === "thinking" && this.#say(open, string(delta.thinking), events);
      case "signature_delta": {
        const value = text(delta.signature);
        if (is === "thinking" && value !== "") events.push(partDelta(0, index, { case: "signature", value }));
        return false;
      }
      case "citations_delta":
        if (is === "text" && isRecord(delta.citation)) {
          events.push(partDelta(0, index, { case: "citation", value: readCitation(delta.citation) }));
        }
        return false;
      default:
        return false;
    }
  }

  /** Returns whether all of it could be told, and nothing else. */
  #say(open: Growing, piece: string, events: ChatEvent[]): boolean {
    const told = open.said.push(piece);
    this.#tell(open, told, events);
    return told === piece;
  }

  #tell(open: Growing, value: string, events: ChatEvent[]): void {
    if (value === "") return;
    open.hasGrown = true;
    const delta: PartDelta["delta"] = { case: open.is === "call" ? "arguments" : "text", value };
    events.push(partDelta(0, open.index, delta));
  }
}

/** As it is: it may go on in the middle of a character. */
const string = (value: unknown): string => (typeof value === "string" ? value : "");

/** "Programmatic tool calling", caller: that the model itself calls is how it always is. */
function callExtensions(block: Wire): Record<string, string> {
  const extensions = rest(block, callFields);
  const caller = `${dialectName}/caller`;
  if (extensions[caller] === '{"type":"direct"}') delete extensions[caller];
  return extensions;
}

/** Adds a delta to what only Anthropic knows: what can be appended is appended. */
function gather(open: Gathering, delta: Wire): void {
  if (delta.type === "input_json_delta") {
    open.input += string(delta.partial_json);
    return;
  }
  if (delta.type === "citations_delta") {
    const before = open.block.get("citations");
    open.block.set("citations", [...(Array.isArray(before) ? before : []), delta.citation]);
    return;
  }
  for (const [key, value] of Object.entries(delta)) {
    if (key === "type" || value === null) continue;
    const before = open.block.get(key);
    open.block.set(key, typeof before === "string" && typeof value === "string" ? before + value : value);
  }
}

function opaqueOf({ block, input }: Gathering): Part {
  const written = Object.fromEntries(
    [...block].map(([key, value]) => [
      key,
      key === "input" && input !== "" ? writeInput(input.toWellFormed()).input : raw(value),
    ]),
  );
  const json = toJson(written);
  return part({ case: "opaque", value: { dialect: dialectName, type: text(block.get("type")), json } });
}

const raw = (value: unknown): RawJson => new RawJson(wholeInput(value));

function textCallOf({ block, input }: Gathering): Part {
  const wire = Object.fromEntries(block);
  const written = readTextInput(input === "" ? wholeInput(wire.input) : input.toWellFormed());
  const value = {
    id: text(wire.id),
    name: textToolOf(text(wire.name)) ?? "",
    arguments: written.toWellFormed(),
    kind: ToolKind.CUSTOM,
  };
  const call = part({ case: "toolCall", value });
  call.extensions = callExtensions(wire);
  return call;
}
