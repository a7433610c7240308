import { create } from "@bufbuild/protobuf";
import { type ChatRequest, FinishReason, type Tool, ToolChoiceMode } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import { type Part, PartSchema, ToolKind } from "../../../gen/causeway/chat/v1/content_pb.ts";
import { describeRequest, describeResults, freshResults, toolName } from "./describe.ts";
import { sampleOf } from "./json-sample.ts";
import type { Script, Step } from "./script.ts";

/** One answer of n, before limits: parts that begin empty and grow by their text. */
export interface PlannedAnswer {
  readonly parts: readonly PlannedPart[];
  readonly finish: FinishReason;
  /** The stop text that was met. */
  readonly stopSequence: string;
}

export interface PlannedPart {
  readonly start: Part;
  /** What the text is appended to: a tool call's arguments, or the text of anything else. */
  readonly grows: "text" | "arguments";
  readonly text: string;
}

/** Thoughts come signed, since some vendors' do: "demo" in base64. */
const signature = "ZGVtbw==";

/** What the model answers. `choice` of `of`: which of n answers. */
export function planAnswer(chat: ChatRequest, script: Script, choice: number, of: number): PlannedAnswer {
  const parts: PlannedPart[] = script.reason ? [reasoningPart(script.text)] : [];
  let finish: FinishReason = FinishReason.STOP;
  let stopSequence = "";
  let calls = 0;
  for (const step of stepsOf(chat, script, choice, of)) {
    switch (step.kind) {
      case "say": {
        const met = firstStop(step.text, chat.stop);
        parts.push(textPart(met === undefined ? step.text : step.text.slice(0, met.at)));
        if (met === undefined) break;
        stopSequence = met.text;
        return { parts, finish, stopSequence };
      }
      case "refuse":
        parts.push({ start: emptyPart("refusal"), grows: "text", text: step.text });
        finish = FinishReason.REFUSAL;
        break;
      case "tool":
        if (calls > 0 && chat.parallelToolCalls === false) break;
        parts.push(toolPart(chat.tools, step, `call_${chat.messages.length}_${choice}_${calls}`));
        calls += 1;
        finish = FinishReason.TOOL_CALLS;
        break;
      default:
        step satisfies never;
    }
  }
  return { parts, finish, stopSequence };
}

function stepsOf(chat: ChatRequest, script: Script, choice: number, of: number): readonly Step[] {
  const mode = chat.toolChoice?.mode ?? ToolChoiceMode.AUTO;
  const mustCall = mode === ToolChoiceMode.REQUIRED || mode === ToolChoiceMode.TOOL;
  const results = freshResults(chat);
  if (results.length > 0 && !mustCall) return [say(formatted(chat, describeResults(chat, results)))];
  const steps = script.steps.map((step) =>
    step.kind === "tool" && mode === ToolChoiceMode.NONE
      ? say(`I may not call ${step.name ?? "a tool"}, since tool_choice is none.`)
      : step,
  );
  if (mustCall && !steps.some(({ kind }) => kind === "tool")) return [...steps, forcedCall(chat)];
  return steps.length > 0 ? steps : [say(formatted(chat, describeRequest(chat, script, choice, of)))];
}

const say = (text: string): Step => ({ kind: "say", text });

function forcedCall({ toolChoice, tools }: ChatRequest): Step {
  const first = toolChoice?.allowed[0] ?? tools.map(toolName).find((name) => name !== "");
  return { kind: "tool", name: toolChoice?.name || first, arguments: undefined };
}

/** The text in the form that is asked for. */
function formatted({ responseFormat }: ChatRequest, text: string): string {
  const kind = responseFormat?.kind;
  switch (kind?.case) {
    case "json":
      return JSON.stringify({ model: "demo", answer: text });
    case "jsonSchema":
      return JSON.stringify(sampleOf(kind.value.schema, "demo"));
    case "text":
    case undefined:
      return text;
    default:
      return kind satisfies never;
  }
}

function firstStop(text: string, stops: readonly string[]): { at: number; text: string } | undefined {
  let first: { at: number; text: string } | undefined;
  for (const stop of stops) {
    const at = stop === "" ? -1 : text.indexOf(stop);
    if (at !== -1 && (first === undefined || at < first.at)) first = { at, text: stop };
  }
  return first;
}

function reasoningPart(text: string): PlannedPart {
  const words = text.split(/\s+/).filter((word) => word !== "").length;
  const start = create(PartSchema, { kind: { case: "reasoning", value: { signature } } });
  const thoughts = `I am told to think. The message has ${words} words. As a demo I cannot make more of them, so I answer.`;
  return { start, grows: "text", text: thoughts };
}

const textPart = (text: string): PlannedPart => ({ start: emptyPart("text"), grows: "text", text });

const emptyPart = (kind: "text" | "refusal"): Part => create(PartSchema, { kind: { case: kind, value: {} } });

/** Arguments that were not given are made up from the tool's schema. A tool that is not offered is called all the same. */
function toolPart(tools: readonly Tool[], step: Extract<Step, { kind: "tool" }>, id: string): PlannedPart {
  const name = step.name ?? tools.map(toolName).find((offered) => offered !== "") ?? "demo_tool";
  const tool = tools.find((offered) => toolName(offered) === name);
  const isCustom = tool?.kind.case === "custom";
  const made = tool?.kind.case === "function" ? JSON.stringify(sampleOf(tool.kind.value.parameters, "demo")) : "{}";
  const kind = isCustom ? ToolKind.CUSTOM : ToolKind.FUNCTION;
  return {
    start: create(PartSchema, { kind: { case: "toolCall", value: { id, name, kind } } }),
    grows: "arguments",
    text: step.arguments ?? (isCustom ? "demo" : made),
  };
}
