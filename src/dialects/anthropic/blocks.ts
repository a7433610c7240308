import type { Part } from "../../../gen/causeway/chat/v1/content_pb.ts";
import { ToolKind } from "../../../gen/causeway/chat/v1/content_pb.ts";
import { graftOwn, type Members } from "../../core/extensions.ts";
import { toBase64 } from "../../core/media.ts";
import { writeTextInput } from "../../core/reserved-tools.ts";
import { RawJson } from "../../lib/json-text.ts";
import { writeCitation } from "./citations.ts";
import { packId } from "./ids.ts";
import { writeInput } from "./input.ts";
import { isOwnThought, packSignature, type Thought } from "./thoughts.ts";
import { dialectName } from "./wire.ts";

/** Content blocks of answers: "Messages", content. */

/** `called`: the id of a call that has none. undefined: this dialect has no word for such a part, or it says nothing. */
export function writeAnswerBlock(part: Part, called: string): Members | RawJson | undefined {
  const { kind } = part;
  switch (kind.case) {
    case "text":
    case "refusal": {
      const citations = kind.case === "text" ? kind.value.citations.flatMap((one) => writeCitation(one) ?? []) : [];
      if (kind.value.text === "" && citations.length === 0) return undefined; // clients would send it back, in vain
      return finish({ type: "text", text: kind.value.text, ...(citations.length > 0 && { citations }) }, part);
    }
    case "reasoning": {
      const block = writeThought(kind.value);
      return block && finish(block, part);
    }
    case "toolCall": {
      const { kind: written, arguments: input } = kind.value;
      const isText = written === ToolKind.CUSTOM;
      return writeCallBlock(part, called, isText ? writeTextInput(input) : writeInput(input).input);
    }
    case "opaque":
      return kind.value.dialect === dialectName ? new RawJson(kind.value.json) : undefined;
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

/** undefined: nothing was thought. */
export function writeThought(thought: Thought): Members | undefined {
  const { text, redacted } = thought;
  if (redacted !== "" && isOwnThought(thought)) return { type: "redacted_thinking", data: redacted };
  const signature = packSignature(thought);
  return text === "" && signature === "" ? undefined : { type: "thinking", thinking: text, signature };
}

/** `part`: of a call. */
export function writeCallBlock(part: Part, called: string, input: Members[string]): Members | undefined {
  if (part.kind.case !== "toolCall") return undefined;
  const { id, name, signature } = part.kind.value;
  const block = finish({ type: "tool_use", id: packId(id || called, signature), name, input }, part);
  block.caller ??= { type: "direct" };
  return block;
}

export function finish(block: Members, part: Part): Members {
  graftOwn(block, part.extensions, dialectName);
  return block;
}

/** What an answer's id is made of, where there is none: SDKs expect one. */
export const messageId = (id: string, model: string, created: bigint): string =>
  id || `msg_${toBase64(Buffer.from(`${model} ${created}`)).replace(/[^A-Za-z0-9]/g, "")}`;

/** The id of a call that has none: like no other in the conversation. */
export const callId = (message: string, index: number): string =>
  `toolu_${message.replace(/[^a-zA-Z0-9_-]/g, "")}_${index}`;
