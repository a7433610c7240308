import { fieldText, type Members } from "./extensions.ts";
import { isRecord, parseLeniently } from "./wire-values.ts";

/**
 * Tools that bring about what a dialect has no word for. Their names are the gateway's: what reads an answer turns a call
 * of one back into what it stands for.
 */

/** Its input is the answer, in the form that was asked for. */
export const answerTool = "causeway_answer";

/** A tool of free text is one whose input has a single member, the text. */
export const textToolMark = "causeway_text_";

export const isReservedName = (name: string): boolean => name === answerTool || name.startsWith(textToolMark);

/** The client's name for a tool of free text; undefined for any other tool. */
export const textToolOf = (name: string): string | undefined =>
  name.startsWith(textToolMark) ? name.slice(textToolMark.length) : undefined;

/** `format`: what the text has to look like, as JSON text; it is told, but nothing holds the model to it. */
export function textToolSchema(format: string): Members {
  const description = format === "" ? "The text." : `The text, in the form that this describes: ${format}`;
  return {
    type: "object",
    properties: { input: { type: "string", description } },
    required: ["input"],
    additionalProperties: false,
  };
}

export const writeTextInput = (text: string): Members => ({ input: text });

/** What the tool is told that takes an answer in the form `name`, which `description` describes; both may be empty. */
export function describeAnswerTool(name: string, description: string): string {
  const called = name === "" ? "" : ` It is called ${JSON.stringify(name)}.`;
  const told = description === "" ? "" : ` ${description}`;
  return `Takes your answer. Give every answer by calling this tool, never as text.${called}${told}`;
}

/**
 * The text of such a call, whose `input` may be JSON text. Of an input that has none, all of it: the model did not keep
 * to the schema.
 */
export function readTextInput(input: unknown): string {
  const value = typeof input === "string" ? parseLeniently(input) : input;
  if (isRecord(value) && typeof value.input === "string") return value.input;
  return typeof input === "string" ? input : (fieldText(input) ?? "");
}
