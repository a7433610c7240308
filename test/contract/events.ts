import { clone } from "@bufbuild/protobuf";
import fc from "fast-check";
import type { ChatEvent, ChatResponse, PartDelta } from "../../gen/causeway/chat/v1/chat_pb.ts";
import { type Part, PartSchema } from "../../gen/causeway/chat/v1/content_pb.ts";
import { chatEvent, partDelta, unfoldResponse } from "../../src/core/fold.ts";

/** Cuts a text at some of these places. The pieces are its text again, and none is empty. */
export function cut(text: string, places: readonly number[], isWithinCharacters = false): string[] {
  const at = [...new Set(places.map((place) => place % (text.length + 1)))]
    .filter((place) => isWithinCharacters || text.slice(0, place).isWellFormed())
    .sort((a, b) => a - b);
  return [0, ...at].map((from, i) => text.slice(from, at[i] ?? text.length)).filter((piece) => piece !== "");
}

/** Mixes lists; the order within each one stays. */
export function interleave<T>(lists: readonly (readonly T[])[], turns: readonly number[]): T[] {
  const waiting = lists.map((list) => [...list]).filter((list) => list.length > 0);
  const mixed: T[] = [];
  for (let turn = 0; waiting.length > 0; turn += 1) {
    const at = (turns[turn % Math.max(1, turns.length)] ?? 0) % waiting.length;
    const [next, ...rest] = waiting[at] ?? [];
    if (next !== undefined) mixed.push(next);
    if (rest.length > 0) waiting[at] = rest;
    else waiting.splice(at, 1);
  }
  return mixed;
}

/** A part as it starts, and what it grows by after that. */
function grow(whole: Part, places: readonly number[]): { start: Part; deltas: PartDelta["delta"][] } {
  const start = clone(PartSchema, whole);
  const { kind } = start;
  switch (kind.case) {
    case "text":
    case "reasoning":
    case "refusal": {
      const deltas = cut(kind.value.text, places).map((value): PartDelta["delta"] => ({ case: "text", value }));
      kind.value.text = "";
      if (kind.case === "text") {
        for (const value of kind.value.citations) deltas.push({ case: "citation", value });
        kind.value.citations = [];
      }
      return { start, deltas };
    }
    case "toolCall": {
      const deltas = cut(kind.value.arguments, places).map((value): PartDelta["delta"] => ({
        case: "arguments",
        value,
      }));
      kind.value.arguments = "";
      return { start, deltas };
    }
    default:
      return { start, deltas: [] };
  }
}

/** The events of an answer as a provider may stream it: parts grow bit by bit, and the choices take turns. */
export function streamed(response: ChatResponse, places: readonly number[], turns: readonly number[]): ChatEvent[] {
  const [head, ...rest] = unfoldResponse(response);
  const choices = response.choices.map(({ index: choice }) =>
    rest.flatMap(({ kind }): ChatEvent[] => {
      if (kind.case === undefined || !("choice" in kind.value) || kind.value.choice !== choice) return [];
      if (kind.case !== "partStart" || kind.value.part === undefined) return [{ $typeName: eventType, kind }];
      const { index, part } = kind.value;
      const { start, deltas } = grow(part, places);
      const { logprobs } = start;
      if (deltas.length > 0) start.logprobs = [];
      const begin = chatEvent("partStart", { choice, index, part: start });
      return [begin, ...deltas.map((delta, i) => partDelta(choice, index, delta, i === 0 ? logprobs : []))];
    }),
  );
  const usage = rest.filter(({ kind }) => kind.case === "usage");
  return [...(head === undefined ? [] : [head]), ...interleave(choices, turns), ...usage];
}

const eventType = "causeway.chat.v1.ChatEvent";

export const places = fc.array(fc.nat(40), { maxLength: 4 });
export const turns = fc.array(fc.nat(5), { maxLength: 12 });
