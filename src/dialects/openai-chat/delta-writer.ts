import type { PartDelta } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import { type Part, type ToolCall, ToolKind } from "../../../gen/causeway/chat/v1/content_pb.ts";
import { graftOwn, type Members } from "../../core/extensions.ts";
import { toBase64, writeDataUrl } from "../../core/media.ts";
import { RawJson, toJson } from "../../lib/json-text.ts";
import type { Head } from "../openai/chunk-writer.ts";
import { writeCitation } from "./citations.ts";
import { writeSignature } from "./tool-calls.ts";
import { dialectName, writeServiceTier } from "./wire.ts";

/** What events say on the wire: in a chunk's delta, or added up in a whole message. */

/** What all chunks of an answer, or the answer, begin with. */
export function writeHead(start: Head, object: string): Members {
  const head: Members = { id: start.id, object, created: new RawJson(start.created.toString()), model: start.model };
  head.service_tier = writeServiceTier(start.serviceTier);
  graftOwn(head, start.extensions, dialectName);
  return head;
}

/** Where a choice's tool calls stand on the wire, which counts them apart from other parts. */
export class CallPlaces {
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

/**
 * What a part's start says, the details of thoughts aside. undefined: nothing yet, or nothing that a client of this
 * dialect could be told: what only another vendor knows is left out.
 */
export function writeStart(part: Part, index: number, calls: CallPlaces): Members | undefined {
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
    case "toolCall":
      return { tool_calls: [writeCall(kind.value, part.extensions, index, calls)] };
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

function writeCall(call: ToolCall, extensions: Part["extensions"], index: number, calls: CallPlaces): Members {
  const { id, name, arguments: input, signature } = call;
  const custom = call.kind === ToolKind.CUSTOM;
  const written: Members = custom
    ? { index: calls.add(index, custom), id, type: "custom", custom: { name, input } }
    : { index: calls.add(index, custom), id, type: "function", function: { name, arguments: input } };
  if (signature.length > 0) written.extra_content = writeSignature(signature);
  graftOwn(written, extensions, dialectName);
  return written;
}

/**
 * What a part's growth says, the details of thoughts aside: the members of a delta, as JSON text without braces: it is
 * written for every token.
 */
export function writeGrowth(
  { delta, index }: PartDelta,
  kind: Part["kind"]["case"],
  calls: CallPlaces,
): string | undefined {
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
    case "signature": // the details tell it
    case undefined:
      return undefined;
    default:
      return delta satisfies never;
  }
}
