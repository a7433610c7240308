import type { ChatEvent, ChatResponse, ChatStart, PartDelta } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import { type Citation, type Part, type TokenLogprob, ToolKind } from "../../../gen/causeway/chat/v1/content_pb.ts";
import type { Usage } from "../../../gen/causeway/chat/v1/usage_pb.ts";
import { type Json, RawJson, toJson } from "../../lib/json-text.ts";
import { dialectName, writeFinishReason, writeUsage } from "./wire.ts";

/** A message, or what a chunk adds to it. */
type Delta = { [key: string]: Json };

/** What all chunks of an answer, or the answer, begin with. */
function header(start: Pick<ChatStart, "id" | "created" | "model" | "serviceTier" | "extensions">, object: string): Delta {
  return {
    id: start.id,
    object,
    created: new RawJson(start.created.toString()),
    model: start.model,
    service_tier: start.serviceTier === "" ? undefined : start.serviceTier,
    ...own(start.extensions),
  };
}

/** Those of an answer's extensions that this dialect knows. Another vendor's have no place in its answers. */
function own(extensions: Readonly<Record<string, string>>): Record<string, RawJson> {
  const members: Record<string, RawJson> = {};
  for (const key in extensions) {
    const text = extensions[key];
    if (text !== undefined && key.startsWith(`${dialectName}/`)) members[key.slice(dialectName.length + 1)] = new RawJson(text);
  }
  return members;
}

/** Where a choice's tool calls stand on the wire, which counts them apart from other parts. */
class ToolPlaces {
  readonly #byPart = new Map<number, { at: number; custom: boolean }>();

  add(part: number, custom: boolean): number {
    const at = this.#byPart.size;
    this.#byPart.set(part, { at, custom });
    return at;
  }

  get(part: number): { at: number; custom: boolean } {
    return this.#byPart.get(part) ?? { at: 0, custom: false };
  }
}

/** What a part's start says on the wire. undefined: nothing yet, or nothing this dialect can say. */
function startDelta(part: Part, index: number, tools: ToolPlaces): Delta | undefined {
  const { kind } = part;
  switch (kind.case) {
    case "text": {
      const { text, citations } = kind.value;
      if (text === "" && citations.length === 0) return undefined;
      return { content: text, annotations: citations.length === 0 ? undefined : citations.map(writeCitation) };
    }
    case "refusal":
      return kind.value.text === "" ? undefined : { refusal: kind.value.text };
    case "reasoning":
      return kind.value.text === "" ? undefined : { reasoning_content: kind.value.text };
    case "toolCall": {
      const custom = kind.value.kind === ToolKind.CUSTOM;
      const { id, name } = kind.value;
      const body = custom
        ? { type: "custom", custom: { name, input: kind.value.arguments } }
        : { type: "function", function: { name, arguments: kind.value.arguments } };
      return { tool_calls: [{ index: tools.add(index, custom), id, ...body }] };
    }
    case "audio": {
      const { id, media, transcript, expiresAt } = kind.value;
      const data = media?.source.case === "data" ? Buffer.from(media.source.value).toString("base64") : "";
      return {
        audio: {
          id,
          data: data === "" ? undefined : data,
          transcript: transcript === "" ? undefined : transcript,
          expires_at: expiresAt === 0n ? undefined : new RawJson(expiresAt.toString()),
        },
      };
    }
    case "image":
    case "video":
    case "file":
    case "toolResult":
    case "opaque":
    case undefined:
      return undefined;
    default:
      return kind satisfies never;
  }
}

function growthDelta({ delta, index }: PartDelta, kind: Part["kind"]["case"], tools: ToolPlaces): Delta | undefined {
  switch (delta.case) {
    case "text":
      return { [kind === "reasoning" ? "reasoning_content" : kind === "refusal" ? "refusal" : "content"]: delta.value };
    case "arguments": {
      const { at, custom } = tools.get(index);
      const body = custom ? { custom: { input: delta.value } } : { function: { arguments: delta.value } };
      return { tool_calls: [{ index: at, ...body }] };
    }
    case "audio":
      return { audio: { data: Buffer.from(delta.value).toString("base64") } };
    case "transcript":
      return { audio: { transcript: delta.value } };
    case "citation":
      return { annotations: [writeCitation(delta.value)] };
    case "signature": // no word for it
    case undefined:
      return undefined;
    default:
      return delta satisfies never;
  }
}

function writeCitation(citation: Citation): Json {
  return {
    type: "url_citation",
    url_citation: {
      start_index: citation.startIndex ?? 0,
      end_index: citation.endIndex ?? 0,
      url: citation.url,
      title: citation.title,
    },
    ...own(citation.extensions),
  };
}

function writeLogprob(entry: TokenLogprob): { [key: string]: Json } {
  return { token: entry.token, logprob: entry.logprob, bytes: entry.bytes === undefined ? null : [...entry.bytes] };
}

function writeLogprobs(entries: readonly TokenLogprob[]): Json {
  return entries.map((entry) => ({ ...writeLogprob(entry), top_logprobs: entry.top.map(writeLogprob) }));
}

interface WriterChoice {
  readonly tools: ToolPlaces;
  /** The kinds of the parts that have begun. */
  readonly kinds: Part["kind"]["case"][];
}

/** Turns events into chunks, as JSON text. Made for one answer. */
export class ChunkWriter {
  readonly #usageWanted: boolean;
  /** Everything up to the choices, closing brace left out. */
  #head = "";
  /** The start's own fields, for chunks that come before any start. */
  readonly #choices = new Map<number, WriterChoice>();
  #usage: Usage | undefined;

  constructor(usageWanted: boolean) {
    this.#usageWanted = usageWanted;
  }

  write(event: ChatEvent, each: (chunk: string) => void): void {
    const { kind } = event;
    switch (kind.case) {
      case "start":
        this.#head = toJson(header(kind.value, "chat.completion.chunk")).slice(0, -1);
        return;
      case "partStart": {
        const { choice, index, part } = kind.value;
        if (part === undefined) return;
        const state = this.#choice(choice);
        state.kinds[index] = part.kind.case;
        const delta = startDelta(part, index, state.tools);
        if (delta !== undefined) each(this.#chunk(choice, state, delta, part.logprobs, part.kind.case));
        return;
      }
      case "partDelta": {
        const { choice, index, logprobs } = kind.value;
        const state = this.#choice(choice);
        const of = state.kinds[index];
        const delta = growthDelta(kind.value, of, state.tools);
        if (delta !== undefined) each(this.#chunk(choice, state, delta, logprobs, of));
        return;
      }
      case "partEnd":
        return;
      case "finish": {
        const { choice, reason, nativeReason, extensions } = kind.value;
        each(this.#text(choice, this.#role(choice), "null", toJson(writeFinishReason(reason, nativeReason)), own(extensions)));
        return;
      }
      case "usage":
        this.#usage = kind.value; // told once, at the end: the last one counts
        return;
      case "error":
      case undefined:
        return;
      default:
        kind satisfies never;
    }
  }

  /** The chunk with the usage, when the client asked for it. */
  end(): string | undefined {
    if (!this.#usageWanted || this.#usage === undefined) return undefined;
    return `${this.#head},"choices":[],"usage":${toJson(writeUsage(this.#usage))}}`;
  }

  #choice(choice: number): WriterChoice {
    return this.#choices.get(choice) ?? { tools: new ToolPlaces(), kinds: [] };
  }

  /** The first chunk of a choice says the role. */
  #role(choice: number): Delta {
    return this.#choices.has(choice) ? {} : { role: "assistant" };
  }

  #chunk(choice: number, state: WriterChoice, delta: Delta, logprobs: readonly TokenLogprob[], of: Part["kind"]["case"]): string {
    const probabilities =
      logprobs.length === 0
        ? "null"
        : toJson(of === "refusal" ? { content: null, refusal: writeLogprobs(logprobs) } : { content: writeLogprobs(logprobs), refusal: null });
    const text = this.#text(choice, { ...this.#role(choice), ...delta }, probabilities, "null", {});
    this.#choices.set(choice, state);
    return text;
  }

  #text(choice: number, delta: Delta, logprobs: string, finish: string, extensions: Delta): string {
    const more = Object.keys(extensions).length === 0 ? "" : `,${toJson(extensions).slice(1, -1)}`;
    const usage = this.#usageWanted ? `,"usage":null` : "";
    return `${this.#head},"choices":[{"index":${choice},"delta":${toJson(delta)},"logprobs":${logprobs},"finish_reason":${finish}${more}}]${usage}}`;
  }
}

/** A whole answer: its message is the sum of what its parts' starts say in a stream. */
export function writeWhole(chat: ChatResponse): string {
  const choices = chat.choices.map((choice) => {
    const message: Delta = { role: "assistant", content: null, refusal: null };
    const tools = new ToolPlaces();
    const logprobs: { content: TokenLogprob[]; refusal: TokenLogprob[] } = { content: [], refusal: [] };
    choice.message?.parts.forEach((part, index) => {
      const delta = startDelta(part, index, tools) ?? (part.kind.case === "text" ? { content: "" } : {});
      for (const key in delta) message[key] = merge(message[key], delta[key]);
      logprobs[part.kind.case === "refusal" ? "refusal" : "content"].push(...part.logprobs);
    });
    const list = (entries: TokenLogprob[]): Json => (entries.length === 0 ? null : writeLogprobs(entries));
    const none = logprobs.content.length === 0 && logprobs.refusal.length === 0;
    return {
      index: choice.index,
      message: { ...message, ...withoutIndex(message["tool_calls"]) },
      logprobs: none ? null : { content: list(logprobs.content), refusal: list(logprobs.refusal) },
      finish_reason: writeFinishReason(choice.finishReason, choice.nativeFinishReason),
      ...own(choice.extensions),
    };
  });
  const usage = chat.usage === undefined ? undefined : writeUsage(chat.usage);
  return toJson({ ...header(chat, "chat.completion"), choices, usage });
}

function merge(before: Json, more: Json): Json {
  if (typeof before === "string" && typeof more === "string") return before + more;
  if (Array.isArray(before) && Array.isArray(more)) return [...before, ...more];
  return more ?? before;
}

/** Only chunks number their tool calls. */
function withoutIndex(calls: Json): Delta {
  if (!Array.isArray(calls)) return {};
  return {
    tool_calls: calls.map((call: Json) => {
      if (typeof call !== "object" || call === null || call instanceof RawJson || Array.isArray(call)) return call;
      return { ...call, index: undefined };
    }),
  };
}
