import type { ChatEvent, PartDelta } from "../../gen/causeway/chat/v1/chat_pb.ts";
import type { Part, ToolCall } from "../../gen/causeway/chat/v1/content_pb.ts";
import type { CliIo } from "./io.ts";

export interface ChatView {
  show(event: ChatEvent): void;
  /** Ends the last line. */
  end(): void;
}

/**
 * Prints the first answer as it comes. Reasoning is for people: dimmed, and only on a terminal. A tool call is a line of
 * its own when it is complete.
 */
export function createChatView({ stdout, env }: Pick<CliIo, "stdout" | "env">): ChatView {
  const isWatched = stdout.isTTY === true;
  const dims = isWatched && !env.NO_COLOR;
  const parts = new Map<number, Part["kind"]>();
  let isLineOpen = false;

  function write(text: string, dimmed = false): void {
    const shown = isWatched ? withoutControls(text) : text;
    if (shown === "") return;
    stdout.write(dimmed ? `\u001b[2m${shown}\u001b[22m` : shown);
    isLineOpen = !shown.endsWith("\n");
  }

  function endLine(): void {
    if (isLineOpen) stdout.write("\n");
    isLineOpen = false;
  }

  function append(kind: Part["kind"], text: string): void {
    if (kind.case === "reasoning") {
      if (dims) write(text, true);
    } else write(text);
  }

  function start(index: number, kind: Part["kind"]): void {
    parts.set(index, kind);
    if (index > 0 && kind.case !== "reasoning") endLine();
    switch (kind.case) {
      case "text":
      case "reasoning":
      case "refusal":
        append(kind, kind.value.text);
        return;
      case "toolCall":
      case undefined:
        return;
      default:
        write(`[${kind.case}]`);
    }
  }

  function grow({ index, delta }: PartDelta): void {
    const kind = parts.get(index);
    if (kind === undefined) return;
    if (delta.case === "text" || delta.case === "transcript") append(kind, delta.value);
    if (delta.case === "arguments" && kind.case === "toolCall") kind.value.arguments += delta.value;
  }

  function finishPart(index: number): void {
    const kind = parts.get(index);
    if (kind?.case !== "toolCall") return;
    endLine();
    write(`${describeCall(kind.value)}\n`);
  }

  return {
    show({ kind }) {
      switch (kind.case) {
        case "partStart":
          if (kind.value.choice === 0 && kind.value.part !== undefined) start(kind.value.index, kind.value.part.kind);
          return;
        case "partDelta":
          if (kind.value.choice === 0) grow(kind.value);
          return;
        case "partEnd":
          if (kind.value.choice === 0) finishPart(kind.value.index);
          return;
        case "start":
        case "finish":
        case "usage":
        case "error":
        case undefined:
          return;
        default:
          kind satisfies never;
      }
    },
    end: endLine,
  };
}

const describeCall = (call: ToolCall): string => `[tool call] ${call.name}(${call.arguments})`;

/** A model's text must not be able to command the terminal. */
export const withoutControls = (text: string): string => text.replace(/(?![\n\t])\p{Cc}/gu, "");
