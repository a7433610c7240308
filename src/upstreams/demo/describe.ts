import { type ChatRequest, type Tool, ToolChoiceMode } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import { type Message, Role, type ToolResult } from "../../../gen/causeway/chat/v1/content_pb.ts";
import { magicWords, type Script } from "./script.ts";
import { isMedium } from "./tokens.ts";

/** So much of a text is shown. */
const shownCharacters = 300;

const roles: readonly (readonly [Role, string])[] = [
  [Role.SYSTEM, "system"],
  [Role.DEVELOPER, "developer"],
  [Role.USER, "user"],
  [Role.ASSISTANT, "assistant"],
  [Role.TOOL, "tool"],
];

const choiceModes: Readonly<Record<ToolChoiceMode, string | undefined>> = {
  [ToolChoiceMode.UNSPECIFIED]: undefined,
  [ToolChoiceMode.AUTO]: "auto",
  [ToolChoiceMode.NONE]: "none",
  [ToolChoiceMode.REQUIRED]: "required",
  [ToolChoiceMode.TOOL]: "tool",
};

/** The text of the last thing the user said. */
export function lastUserText(chat: ChatRequest): string {
  const said = chat.messages.filter(({ role }) => role === Role.USER).map(textOf);
  return said.findLast((text) => text !== "") ?? "";
}

/** Results of tools that came after the model's last turn: what it has to answer to now. */
export function freshResults(chat: ChatRequest): ToolResult[] {
  const after = chat.messages.findLastIndex(({ role }) => role === Role.ASSISTANT) + 1;
  return chat.messages
    .slice(after)
    .flatMap(({ parts }) => parts)
    .flatMap(({ kind }) => (kind.case === "toolResult" ? [kind.value] : []));
}

export function toolName({ kind }: Tool): string {
  switch (kind.case) {
    case "function":
    case "custom":
      return kind.value.name;
    case "server":
      return kind.value.type;
    case undefined:
      return "";
    default:
      return kind satisfies never;
  }
}

/** The usual answer: what the model understood of the request. `of`: how many answers are asked for. */
export function describeRequest(chat: ChatRequest, script: Script, choice: number, of: number): string {
  if (/^\/?help[.!?]*$/i.test(script.text)) return help();
  const lines = [
    "I am Causeway's built-in demo model: there is no network and no intelligence behind me, but your request came here through the whole gateway. This is what I understood of it.",
    "",
    ...understood(chat, script.text),
    ...script.mistakes.map((mistake) => `- ${mistake}`),
    "",
    `${of > 1 ? `This is answer ${choice + 1} of ${of}. ` : ""}Say help to see what I can do.`,
  ];
  return lines.join("\n");
}

function understood(chat: ChatRequest, text: string): string[] {
  const system = chat.messages.filter(({ role }) => role === Role.SYSTEM || role === Role.DEVELOPER).map(textOf);
  const media = chat.messages.flatMap(({ parts }) => parts).filter(isMedium);
  const tools = chat.tools.map(toolName).filter((name) => name !== "");
  const settings = settingsOf(chat);
  return [
    `- Your message: ${text === "" ? "no text" : quote(text)}`,
    `- Messages: ${countRoles(chat.messages)}`,
    ...(system.length === 0 ? [] : [`- System prompt: ${quote(system.join("\n"))}`]),
    ...(media.length === 0 ? [] : [`- Attached: ${countOf(media.map(({ kind }) => kind.case ?? ""))}`]),
    ...(tools.length === 0 ? [] : [`- Tools: ${tools.join(", ")}`]),
    ...(settings.length === 0 ? [] : [`- Settings: ${settings.join(", ")}`]),
  ];
}

function settingsOf(chat: ChatRequest): string[] {
  const choice = chat.toolChoice;
  const settings: readonly (readonly [string, unknown])[] = [
    ["temperature", chat.temperature],
    ["top_p", chat.topP],
    ["top_k", chat.topK],
    ["max_output_tokens", chat.maxOutputTokens],
    ["stop", chat.stop.length === 0 ? undefined : JSON.stringify(chat.stop)],
    ["n", chat.n],
    ["seed", chat.seed],
    ["frequency_penalty", chat.frequencyPenalty],
    ["presence_penalty", chat.presencePenalty],
    ["tool_choice", choice === undefined ? undefined : choice.name || choiceModes[choice.mode]],
    ["parallel_tool_calls", chat.parallelToolCalls],
    ["reasoning effort", chat.reasoning?.effort || undefined],
  ];
  return settings.flatMap(([name, value]) => (value === undefined ? [] : [`${name} ${String(value)}`]));
}

/** What the model says when tools have answered. */
export function describeResults(chat: ChatRequest, results: readonly ToolResult[]): string {
  const names = new Map<string, string>();
  for (const { kind } of chat.messages.flatMap(({ parts }) => parts)) {
    if (kind.case === "toolCall") names.set(kind.value.id, kind.value.name);
  }
  return results
    .map((result) => {
      const name = result.name || names.get(result.toolCallId) || "a tool";
      const text = result.parts.map(({ kind }) => (kind.case === "text" ? kind.value.text : "")).join("");
      const media = result.parts.filter(isMedium).map(({ kind }) => kind.case ?? "");
      const said = [...(text === "" ? [] : [text]), ...(media.length === 0 ? [] : [countOf(media)])].join(" and ");
      return `${name} ${result.isError ? "failed" : "answered"}: ${said === "" ? "nothing" : said}`;
    })
    .join("\n");
}

function help(): string {
  const width = Math.max(...magicWords.map(([form]) => form.length));
  return [
    "I am Causeway's built-in demo model. Without magic words I tell what I understood of your request. A message that begins with a magic word makes me do something; each begins a line, and they can be combined:",
    "",
    ...magicWords.map(([form, what]) => `  ${form.padEnd(width)}  ${what}`),
    "",
    "Tools that have to be called (tool_choice) are called, JSON that is asked for (response_format) is given, and limits (max tokens, stop, n) are kept.",
  ].join("\n");
}

function textOf({ parts }: Message): string {
  return parts.map(({ kind }) => (kind.case === "text" ? kind.value.text : "")).join("");
}

function quote(text: string): string {
  const characters = [...text];
  return characters.length <= shownCharacters
    ? `“${text}”`
    : `“${characters.slice(0, shownCharacters).join("")}…” (${characters.length} characters)`;
}

function countRoles(messages: readonly Message[]): string {
  const counts = roles.flatMap(([role, word]) => {
    const count = messages.filter((message) => message.role === role).length;
    return count === 0 ? [] : [`${count} ${word}`];
  });
  return `${messages.length} (${counts.join(", ")})`;
}

function countOf(words: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].map(([word, count]) => `${count} ${word}`).join(", ");
}
