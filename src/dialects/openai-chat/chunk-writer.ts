import type {
  ChatEvent,
  ChatFinish,
  ChatResponse,
  ChatStart,
  PartDelta,
} from "../../../gen/causeway/chat/v1/chat_pb.ts";
import { type Part, type TokenLogprob, ToolKind } from "../../../gen/causeway/chat/v1/content_pb.ts";
import type { Usage } from "../../../gen/causeway/chat/v1/usage_pb.ts";
import { GatewayError } from "../../core/error.ts";
import { graftOwn, type Members } from "../../core/extensions.ts";
import { toBase64, writeDataUrl } from "../../core/media.ts";
import { type Json, RawJson, toJson } from "../../lib/json-text.ts";
import { writeCitation } from "./citations.ts";
import { dialectName, writeFinishReason, writeServiceTier, writeUsage } from "./wire.ts";

type Head = Pick<ChatStart, "id" | "created" | "model" | "serviceTier" | "extensions">;

/** What all chunks of an answer, or the answer, begin with. */
function writeHead(start: Head, object: string): Members {
  const head: Members = { id: start.id, object, created: new RawJson(start.created.toString()), model: start.model };
  head.service_tier = writeServiceTier(start.serviceTier);
  graftOwn(head, start.extensions, dialectName);
  return head;
}

const noHead: Head = { id: "", created: 0n, model: "", serviceTier: "", extensions: {} };

/** Where a choice's tool calls stand on the wire, which counts them apart from other parts. */
class CallPlaces {
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
function writeStart(part: Part, index: number, calls: CallPlaces): Members | undefined {
  const { kind } = part;
  switch (kind.case) {
    case "text": {
      const annotations = kind.value.citations.flatMap((citation) => writeCitation(citation) ?? []);
      if (annotations.length > 0) return { content: kind.value.text, annotations };
      return kind.value.text === "" ? undefined : { content: kind.value.text };
    }
    case "refusal":
      return kind.value.text === "" ? undefined : { refusal: kind.value.text };
    case "reasoning":
      return kind.value.text === "" ? undefined : { reasoning_content: kind.value.text };
    case "toolCall": {
      const { id, name, arguments: input } = kind.value;
      const custom = kind.value.kind === ToolKind.CUSTOM;
      const call: Members = custom
        ? { index: calls.add(index, custom), id, type: "custom", custom: { name, input } }
        : { index: calls.add(index, custom), id, type: "function", function: { name, arguments: input } };
      graftOwn(call, part.extensions, dialectName);
      return { tool_calls: [call] };
    }
    case "audio": {
      const { id, media, transcript, expiresAt } = kind.value;
      const data = media?.source.case === "data" ? toBase64(media.source.value) : "";
      const audio: Members = { id, expires_at: new RawJson(expiresAt.toString()), data, transcript };
      const written: Members = { audio };
      graftOwn(written, part.extensions, dialectName);
      return written;
    }
    case "image": {
      // OpenRouter's form: OpenAI's own has none
      const url = kind.value.media && writeDataUrl(kind.value.media);
      if (url === undefined) return undefined;
      const image: Members = { type: "image_url", image_url: { url } };
      graftOwn(image, part.extensions, dialectName);
      return { images: [image] };
    }
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

/** What a part's growth says: the members of a delta, as JSON text without braces. */
function writeGrowth({ delta, index }: PartDelta, kind: Part["kind"]["case"], calls: CallPlaces): string | undefined {
  switch (delta.case) {
    case "text": {
      const key = kind === "reasoning" ? "reasoning_content" : kind === "refusal" ? "refusal" : "content";
      return `"${key}":${JSON.stringify(delta.value)}`;
    }
    case "arguments": {
      const { at, custom } = calls.get(index);
      const body = custom ? `"custom":{"input":` : `"function":{"arguments":`;
      return `"tool_calls":[{"index":${at},${body}${JSON.stringify(delta.value)}}}]`;
    }
    case "audio":
      return `"audio":{"data":"${toBase64(delta.value)}"}`;
    case "transcript":
      return `"audio":{"transcript":${JSON.stringify(delta.value)}}`;
    case "citation": {
      const citation = writeCitation(delta.value);
      return citation && `"annotations":[${toJson(citation)}]`;
    }
    case "signature": // no word for it
    case undefined:
      return undefined;
    default:
      return delta satisfies never;
  }
}

/** A token's text may be half a character: it is the bytes then that tell. */
const writeLogprob = ({ token, logprob, bytes }: TokenLogprob): { [key: string]: Json } => ({
  token,
  logprob: Number.isFinite(logprob) ? logprob : unlikely,
  bytes: bytes === undefined ? null : [...bytes],
});

/** "Otherwise, the value `-9999.0` is used to signify that the token is very unlikely." */
const unlikely = -9999;

const writeLogprobs = (entries: readonly TokenLogprob[]): Json =>
  entries.length === 0
    ? null
    : entries.map((entry) => ({ ...writeLogprob(entry), top_logprobs: entry.top.map(writeLogprob) }));

interface WriterChoice {
  readonly calls: CallPlaces;
  /** The kinds of the parts that have begun. */
  readonly kinds: Part["kind"]["case"][];
  hasSpoken: boolean;
}

/** Turns events into chunks, as JSON text. Made for one answer. */
export class ChunkWriter {
  readonly #isUsageWanted: boolean;
  /** Everything up to a chunk's choices. */
  #head: string;
  /** What follows them. */
  readonly #tail: string;
  readonly #choices = new Map<number, WriterChoice>();
  #usage: Usage | undefined;

  constructor(usageWanted: boolean) {
    this.#isUsageWanted = usageWanted;
    this.#tail = usageWanted ? `],"usage":null}` : "]}";
    this.#head = headText(noHead);
  }

  /** The event's chunk. undefined: it has none. Throws GatewayError for an event that reports a failure. */
  write({ kind }: ChatEvent): string | undefined {
    switch (kind.case) {
      case "partDelta": {
        const { choice, logprobs } = kind.value;
        const state = this.#choice(choice);
        const of = state.kinds[kind.value.index];
        const members = writeGrowth(kind.value, of, state.calls);
        return members === undefined ? undefined : this.#chunk(choice, state, members, logprobs, of);
      }
      case "partStart": {
        const { choice, index, part } = kind.value;
        if (part === undefined) return undefined;
        const state = this.#choice(choice);
        state.kinds[index] = part.kind.case;
        const delta = writeStart(part, index, state.calls);
        if (delta === undefined) return undefined;
        return this.#chunk(choice, state, toJson(delta).slice(1, -1), part.logprobs, part.kind.case);
      }
      case "start":
        this.#head = headText(kind.value);
        return undefined;
      case "finish":
        return this.#finish(kind.value);
      case "usage":
        this.#usage = kind.value; // told once, at the end: the last one counts
        return undefined;
      case "error":
        throw new GatewayError("upstream_error", kind.value.message);
      case "partEnd":
      case undefined:
        return undefined;
      default:
        return kind satisfies never;
    }
  }

  /** The chunk with the usage, when the client asked for it. */
  end(): string | undefined {
    if (!this.#isUsageWanted || this.#usage === undefined) return undefined;
    return `${this.#head}],"usage":${toJson(writeUsage(this.#usage))}}`;
  }

  #choice(choice: number): WriterChoice {
    let state = this.#choices.get(choice);
    if (state === undefined) {
      state = { calls: new CallPlaces(), kinds: [], hasSpoken: false };
      this.#choices.set(choice, state);
    }
    return state;
  }

  #chunk(
    choice: number,
    state: WriterChoice,
    members: string,
    logprobs: readonly TokenLogprob[],
    of: Part["kind"]["case"],
  ): string {
    const role = state.hasSpoken ? "" : `"role":"assistant",`;
    state.hasSpoken = true;
    const probabilities = logprobs.length === 0 ? "null" : toJson(probabilitiesOf(logprobs, of === "refusal"));
    return `${this.#head}{"index":${choice},"delta":{${role}${members}},"logprobs":${probabilities},"finish_reason":null}${this.#tail}`;
  }

  #finish({ choice, reason, extensions }: ChatFinish): string {
    const state = this.#choice(choice);
    const message: Members = state.hasSpoken ? {} : { role: "assistant" };
    state.hasSpoken = true;
    const written: Members = { index: choice, message, logprobs: null, finish_reason: writeFinishReason(reason) };
    graftOwn(written, extensions, dialectName);
    const { message: delta, ...rest } = written;
    return `${this.#head}${toJson({ ...rest, delta })}${this.#tail}`;
  }
}

const headText = (head: Head): string => `${toJson(writeHead(head, "chat.completion.chunk")).slice(0, -1)},"choices":[`;

const probabilitiesOf = (entries: readonly TokenLogprob[], isRefusal: boolean): Json =>
  isRefusal ? { content: null, refusal: writeLogprobs(entries) } : { content: writeLogprobs(entries), refusal: null };

/** A whole answer: its message is the sum of what its parts' starts say in a stream. */
export function writeWhole(chat: ChatResponse): string {
  const choices = chat.choices.map((choice): Members => {
    const message: Members = { role: "assistant", content: null, refusal: null };
    const calls = new CallPlaces();
    const content: TokenLogprob[] = [];
    const refusal: TokenLogprob[] = [];
    choice.message?.parts.forEach((part, index) => {
      const delta = writeStart(part, index, calls) ?? (part.kind.case === "text" ? { content: "" } : {});
      for (const key in delta) message[key] = merge(message[key], delta[key]);
      const entries = part.kind.case === "refusal" ? refusal : content;
      for (const entry of part.logprobs) entries.push(entry);
    });
    dropIndexes(message.tool_calls);
    const isSilent = content.length === 0 && refusal.length === 0;
    const logprobs = isSilent ? null : { content: writeLogprobs(content), refusal: writeLogprobs(refusal) };
    const written: Members = { index: choice.index, message, logprobs };
    written.finish_reason = writeFinishReason(choice.finishReason);
    graftOwn(written, choice.extensions, dialectName);
    return written;
  });
  const answer = writeHead(chat, "chat.completion");
  answer.choices = choices;
  answer.usage = chat.usage && writeUsage(chat.usage);
  return toJson(answer);
}

function merge(before: Json, more: Json): Json {
  if (typeof before === "string" && typeof more === "string") return before + more;
  if (Array.isArray(before) && Array.isArray(more)) return [...before, ...more];
  return more ?? before;
}

/** Only chunks number their tool calls. */
function dropIndexes(calls: Json): void {
  if (Array.isArray(calls)) for (const call of calls) delete call.index;
}
