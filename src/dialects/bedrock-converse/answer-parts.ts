import { create } from "@bufbuild/protobuf";
import { type Part, TextSchema, ToolKind } from "../../../gen/causeway/chat/v1/content_pb.ts";
import { fieldText } from "../../core/extensions.ts";
import { part, readBase64 } from "../../core/media.ts";
import { answerTool, readTextInput, textToolOf } from "../../core/reserved-tools.ts";
import { isRecord, noFields, parseLeniently, records, text, type Wire } from "../../core/wire-values.ts";
import { readCitation } from "./citations.ts";
import { imageFormats, readFormat } from "./media.ts";
import { dialectName, rest } from "./wire.ts";

/** "ContentBlock", as an answer has it: what a provider sends is never trusted. */

const callFields = new Set(["toolUseId", "name", "input"]);
const thoughtFields = new Set(["text", "signature"]);
const imageFields = new Set(["format", "source"]);

/** A whole block's part. undefined: it holds nothing that makes sense. */
export function readAnswerBlock(block: Wire): Part | undefined {
  const { toolUse, reasoningContent, citationsContent, image } = block;
  if (typeof block.text === "string") return part({ case: "text", value: { text: text(block.text) } });
  if (isRecord(toolUse)) return isServerCall(toolUse) ? readOpaque(block) : readCall(toolUse);
  if (isRecord(reasoningContent)) return readThought(reasoningContent) ?? readOpaque(block);
  if (isRecord(citationsContent)) return readCited(citationsContent);
  if (isRecord(image)) return readImage(image) ?? readOpaque(block);
  return readOpaque(block);
}

/** A tool that the vendor runs itself ("ToolUseType"). */
export const isServerCall = (toolUse: Wire): boolean => toolUse.type === "server_tool_use";

/** A piece only Bedrock knows. It goes back into the next request as it is. */
export function readOpaque(block: Wire): Part | undefined {
  const [type] = Object.keys(block);
  const json = fieldText(block);
  if (type === undefined || json === undefined) return undefined;
  return part({ case: "opaque", value: { dialect: dialectName, type: text(type), json } });
}

/** A call as it begins: its input comes in pieces. */
export function beginCall(toolUse: Wire): Part {
  const begun = part({ case: "toolCall", value: { id: text(toolUse.toolUseId), name: text(toolUse.name) } });
  begun.extensions = rest(toolUse, callFields, "toolUse.");
  return begun;
}

function readCall(toolUse: Wire): Part {
  if (textToolOf(text(toolUse.name)) !== undefined) return readTextCall(toolUse, toolUse.input ?? {});
  const input = writtenInput(toolUse.input);
  if (toolUse.name === answerTool) return part({ case: "text", value: { text: input } });
  const call = beginCall(toolUse);
  if (call.kind.case === "toolCall") call.kind.value.arguments = input;
  return call;
}

/** A call of a tool of free text: it is known when its input is whole. */
export function readTextCall(toolUse: Wire, input: unknown): Part {
  const call = beginCall(toolUse);
  if (call.kind.case !== "toolCall") return call;
  const { value } = call.kind;
  value.name = textToolOf(value.name) ?? value.name;
  value.arguments = readTextInput(input).toWellFormed();
  value.kind = ToolKind.CUSTOM;
  return call;
}

/** As a text: a text that is no JSON is what the model wrote. */
function writtenInput(input: unknown): string {
  if (typeof input === "string" && parseLeniently(input) === undefined) return text(input);
  return fieldText(input ?? {}) ?? "{}";
}

function readThought(wire: Wire): Part | undefined {
  const { reasoningText, redactedContent } = wire;
  if (typeof redactedContent === "string") return redacted([redactedContent]);
  if (!isRecord(reasoningText)) return undefined;
  const value = { text: text(reasoningText.text), signature: text(reasoningText.signature) };
  const thought = part({ case: "reasoning", value });
  thought.extensions = rest(reasoningText, thoughtFields, "reasoningContent.reasoningText.");
  return thought;
}

/** `pieces`: base64 of the bytes, as they came. */
export function redacted(pieces: readonly string[]): Part {
  const [only = "", ...more] = pieces;
  const bytes = pieces.map((piece) => readBase64(piece) ?? Buffer.alloc(0));
  const value = more.length === 0 ? text(only) : Buffer.concat(bytes).toString("base64");
  return part({ case: "reasoning", value: { redacted: value } });
}

function readCited({ content, citations }: Wire): Part {
  const value = create(TextSchema, {
    text: records(content)
      .map((piece) => text(piece.text))
      .join(""),
  });
  value.citations = records(citations).map(readCitation);
  return part({ case: "text", value });
}

export function readImage(image: Wire): Part | undefined {
  const source = isRecord(image.source) ? image.source : noFields;
  const { bytes, s3Location } = source;
  const mediaType = readFormat(text(image.format), imageFormats, "image");
  const data = typeof bytes === "string" ? readBase64(bytes) : undefined;
  const uri = isRecord(s3Location) ? text(s3Location.uri) : "";
  if (data === undefined && uri === "") return undefined;
  const media = {
    source: data === undefined ? { case: "url" as const, value: uri } : { case: "data" as const, value: data },
    mediaType,
  };
  const read = part({ case: "image", value: { media } });
  read.extensions = rest(image, imageFields, "image.");
  return read;
}
