import type { ChatEvent, ChatFinish, ChatResponse, PartDelta } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import type { Citation, Part, TokenLogprob, ToolCall } from "../../../gen/causeway/chat/v1/content_pb.ts";
import type { Usage } from "../../../gen/causeway/chat/v1/usage_pb.ts";
import { GatewayError } from "../../core/error.ts";
import { graftOwn, type Members } from "../../core/extensions.ts";
import { finiteLogprob } from "../../core/logprobs.ts";
import { type Json, RawJson, toJson } from "../../lib/json-text.ts";
import { readStray, writeCitation } from "./citations.ts";
import { dialectName, own, planMark, writeFinishReason, writeUsage } from "./wire.ts";

const strayField = own("message.citations");
const probabilitiesField = own("logprobs");

/**
 * One event as it is sent. Cohere's SDK for JavaScript takes any line with "[DONE]" in it for the end, also in the middle
 * of a text: there it is escaped, which means the same.
 */
export function sse(type: string, json: string): string {
  const data = json.includes("[DONE]") ? json.replaceAll("[DONE]", "\\u005bDONE]") : json;
  return `event: ${type}\ndata: ${data}\n\n`;
}

/** What a part is on the wire. undefined: nothing that this dialect can say. */
type WireKind = "text" | "thinking" | "plan" | "call" | "opaque" | undefined;

function wireKind({ kind, extensions }: Part): WireKind {
  switch (kind.case) {
    case "text":
    case "refusal":
      return "text";
    case "reasoning":
      return planMark in extensions ? "plan" : "thinking";
    case "toolCall":
      return "call";
    case "opaque":
      return kind.value.dialect === dialectName ? "opaque" : undefined;
    case "image":
    case "audio":
    case "video":
    case "file":
    case "toolResult":
    case undefined:
      return undefined;
    default:
      return kind satisfies never;
  }
}

const saidIn = ({ kind }: Part): string =>
  kind.case === "text" || kind.case === "refusal" || kind.case === "reasoning" ? kind.value.text : "";

/** A piece of content, saying `said`. */
function writeItem(item: Part, kind: "text" | "thinking", said: string): Members {
  const written: Members = kind === "text" ? { type: "text", text: said } : { type: "thinking", thinking: said };
  graftOwn(written, item.extensions, dialectName);
  return written;
}

/** `place`: where the part stands in its message; of a call without an id it makes one. */
function writeCall(item: Part, { id, name }: ToolCall, input: string, place: number): Members {
  const written: Members = {
    id: id || `${name}_${place}`,
    type: "function",
    function: { name, arguments: input },
  };
  graftOwn(written, item.extensions, dialectName);
  return written;
}

function writeGiven(citation: Citation, contentIndex: number): Members {
  const written = writeCitation(citation, contentIndex);
  graftOwn(written, citation.extensions, dialectName);
  return written;
}

const writeProbability = ({ token, logprob }: TokenLogprob): Members => ({
  text: token,
  token_ids: [], // the contract has none
  logprobs: [finiteLogprob(logprob)],
});

/** A whole answer. Cohere gives one: of several, the first. */
export function writeWhole(chat: ChatResponse): string {
  const [choice] = chat.choices;
  const extensions = choice?.extensions ?? {};
  const message: Members = { role: "assistant" };
  const content: Json[] = [];
  const calls: Members[] = [];
  const citations: Json[] = [];
  const probabilities: Members[] = [];
  choice?.message?.parts.forEach((item, place) => {
    const kind = wireKind(item);
    if (kind === "text" || kind === "thinking") {
      if (item.kind.case === "text") {
        for (const citation of item.kind.value.citations) citations.push(writeGiven(citation, content.length));
      }
      content.push(writeItem(item, kind, saidIn(item)));
      for (const entry of item.logprobs) probabilities.push(writeProbability(entry));
    } else if (kind === "plan") {
      message.tool_plan = `${message.tool_plan ?? ""}${saidIn(item)}`;
    } else if (item.kind.case === "toolCall") {
      calls.push(writeCall(item, item.kind.value, item.kind.value.arguments, place));
    } else if (kind === "opaque" && item.kind.case === "opaque") content.push(new RawJson(item.kind.value.json));
  });
  citations.push(...readStray(extensions[strayField]));
  if (content.length > 0) message.content = content;
  if (calls.length > 0) message.tool_calls = calls;
  if (citations.length > 0) message.citations = citations;
  const answer: Members = {
    id: chat.id,
    message,
    finish_reason: writeFinishReason(choice?.finishReason ?? 0, choice?.nativeFinishReason ?? ""),
    usage: chat.usage && writeUsage(chat.usage),
  };
  if (probabilities.length > 0 && extensions[probabilitiesField] === undefined) answer.logprobs = probabilities;
  graftOwn(answer, chat.extensions, dialectName);
  graftOwn(answer, extensions, dialectName);
  return toJson(answer);
}

/** A part that has begun. */
interface Block {
  readonly kind: WireKind;
  /** Where it stands on the wire, which counts content and calls each on their own. */
  readonly at: number;
  /** What it said while another one was open. */
  waiting: string;
  hasEnded: boolean;
}

/**
 * Turns events into the wire's, as they are sent. Blocks come one after the other: those that begin while another one is
 * open wait for its end. Made for one answer.
 */
export class EventWriter {
  readonly #blocks = new Map<number, Block>();
  /** The parts that have not been written to their end, in the order of their starts. The first one is open. */
  readonly #queue: number[] = [];
  #contents = 0;
  #calls = 0;
  #citations = 0;
  #finish: ChatFinish | undefined;
  #usage: Usage | undefined;

  /** The event's wire text; may be empty. Throws GatewayError for an event that reports a failure. */
  write({ kind }: ChatEvent): string {
    switch (kind.case) {
      case "partDelta":
        return kind.value.choice === 0 ? this.#delta(kind.value) : "";
      case "partStart": {
        const { choice, index, part } = kind.value;
        return choice === 0 && part !== undefined ? this.#start(index, part) : "";
      }
      case "partEnd":
        return kind.value.choice === 0 ? this.#end(kind.value.index) : "";
      case "start": {
        const start: Members = { id: kind.value.id, type: "message-start", delta: { message: emptyMessage } };
        graftOwn(start, kind.value.extensions, dialectName);
        return sse("message-start", toJson(start));
      }
      case "finish":
        if (kind.value.choice === 0) this.#finish = kind.value;
        return "";
      case "usage":
        this.#usage = kind.value; // told once, at the end: the last one counts
        return "";
      case "error":
        throw new GatewayError("upstream_error", kind.value.message);
      case undefined:
        return "";
      default:
        return kind satisfies never;
    }
  }

  /** The end of the message, and of whatever is still open. */
  end(): string {
    let wire = "";
    for (const index of [...this.#queue]) wire += this.#end(index);
    const { reason = 0, nativeReason = "", extensions = {} } = this.#finish ?? {};
    for (const citation of readStray(extensions[strayField])) wire += this.#citation(citation);
    const delta: Members = { finish_reason: writeFinishReason(reason, nativeReason) };
    delta.usage = this.#usage && writeUsage(this.#usage);
    const { [strayField]: _, ...more } = extensions;
    graftOwn(delta, more, dialectName);
    return wire + sse("message-end", toJson({ type: "message-end", delta }));
  }

  #start(index: number, item: Part): string {
    const kind = wireKind(item);
    const isContent = kind === "text" || kind === "thinking" || kind === "opaque";
    const block = { kind, at: isContent ? this.#contents : this.#calls, waiting: "", hasEnded: false };
    if (isContent) this.#contents += 1;
    if (kind === "call") this.#calls += 1;
    this.#blocks.set(index, block);
    this.#queue.push(index);
    return this.#say(index, block, this.#begin(item, block, index));
  }

  /** What is open is written at once; what is not, waits. */
  #say(index: number, block: Block, wire: string): string {
    if (this.#queue[0] === index) return wire;
    block.waiting += wire;
    return "";
  }

  #begin(item: Part, { kind, at }: Block, place: number): string {
    switch (kind) {
      case "text":
      case "thinking": {
        let wire = contentStart(at, writeItem(item, kind, ""));
        const said = saidIn(item);
        if (said !== "" || item.logprobs.length > 0) wire += contentDelta(at, kind, said, item.logprobs);
        const citations = item.kind.case === "text" ? item.kind.value.citations : [];
        for (const citation of citations) wire += this.#citation(writeGiven(citation, at));
        return wire;
      }
      case "plan":
        return planDelta(saidIn(item));
      case "call": {
        if (item.kind.case !== "toolCall") return "";
        const { value } = item.kind;
        const message = { tool_calls: writeCall(item, value, "", place) };
        const start = sse("tool-call-start", toJson({ type: "tool-call-start", index: at, delta: { message } }));
        return start + (value.arguments === "" ? "" : callDelta(at, value.arguments));
      }
      case "opaque":
        return item.kind.case === "opaque" ? contentStart(at, new RawJson(item.kind.value.json)) : "";
      case undefined:
        return "";
      default:
        return kind satisfies never;
    }
  }

  #delta({ index, delta, logprobs }: PartDelta): string {
    const block = this.#blocks.get(index);
    if (block === undefined) return "";
    if (delta.case === "citation") {
      const wire = this.#citation(writeGiven(delta.value, block.at));
      return this.#queue.includes(index) ? this.#say(index, block, wire) : wire; // it may follow its block
    }
    if (block.hasEnded) return "";
    const { kind, at } = block;
    if (delta.case === "arguments") return kind === "call" ? this.#say(index, block, callDelta(at, delta.value)) : "";
    if (delta.case !== "text") return ""; // no word for the others
    if (kind === "plan") return this.#say(index, block, planDelta(delta.value));
    if (kind !== "text" && kind !== "thinking") return "";
    return this.#say(index, block, contentDelta(at, kind, delta.value, logprobs));
  }

  #end(index: number): string {
    const block = this.#blocks.get(index);
    if (block === undefined || block.hasEnded) return "";
    block.hasEnded = true;
    const wire = this.#say(index, block, endOf(block));
    return this.#queue[0] === index ? wire + this.#next() : wire;
  }

  /** Goes on with what waited for the end of the block that was open. */
  #next(): string {
    let wire = "";
    do {
      this.#queue.shift();
      const block = this.#blocks.get(this.#queue[0] ?? -1);
      wire += block?.waiting ?? "";
      if (block !== undefined) block.waiting = "";
      if (block?.hasEnded !== true) return wire;
    } while (this.#queue.length > 0);
    return wire;
  }

  #citation(citation: Json): string {
    const index = this.#citations;
    this.#citations += 1;
    const start = toJson({ type: "citation-start", index, delta: { message: { citations: citation } } });
    return sse("citation-start", start) + sse("citation-end", `{"type":"citation-end","index":${index}}`);
  }
}

const emptyMessage: Members = { role: "assistant", content: [], tool_plan: "", tool_calls: [], citations: [] };

const contentStart = (index: number, content: Json): string =>
  sse("content-start", toJson({ type: "content-start", index, delta: { message: { content } } }));

/** An event tells the probability of one piece only: further ones follow with empty pieces. */
function contentDelta(
  index: number,
  key: "text" | "thinking",
  value: string,
  logprobs: readonly TokenLogprob[],
): string {
  const head = `{"type":"content-delta","index":${index},"delta":{"message":{"content":{"${key}":`;
  const [entry, ...more] = logprobs;
  if (entry === undefined) return sse("content-delta", `${head}${JSON.stringify(value)}}}}}`);
  let wire = sse("content-delta", `${head}${JSON.stringify(value)}}}},"logprobs":${toJson(writeProbability(entry))}}`);
  for (const next of more) wire += sse("content-delta", `${head}""}}},"logprobs":${toJson(writeProbability(next))}}`);
  return wire;
}

const planDelta = (value: string): string =>
  value === ""
    ? ""
    : sse("tool-plan-delta", `{"type":"tool-plan-delta","delta":{"message":{"tool_plan":${JSON.stringify(value)}}}}`);

const callDelta = (index: number, value: string): string =>
  sse(
    "tool-call-delta",
    `{"type":"tool-call-delta","index":${index},"delta":{"message":{"tool_calls":{"function":{"arguments":${JSON.stringify(value)}}}}}}`,
  );

function endOf({ kind, at }: Block): string {
  if (kind === "call") return sse("tool-call-end", `{"type":"tool-call-end","index":${at}}`);
  return kind === "plan" || kind === undefined ? "" : sse("content-end", `{"type":"content-end","index":${at}}`);
}
