import fc from "fast-check";
import { expect, test } from "vitest";
import type { ChatEvent } from "../../gen/causeway/chat/v1/chat_pb.ts";
import { chatEvent, partDelta } from "../../src/core/fold.ts";
import { type ReadEvent, RepeatedEvents } from "../../src/core/repeated-event.ts";
import { isRecord, text } from "../../src/core/wire-values.ts";

/**
 * A vendor whose events have a kind, the words, and something that decides what they mean. What is said after an end begins
 * anew.
 */
function vendor(): ReadEvent {
  let hasEnded = false;
  return (wire, events) => {
    if (!isRecord(wire)) return false;
    const at = typeof wire.at === "number" ? wire.at : 0;
    const words = text(wire.words);
    if (wire.kind === "end") {
      hasEnded = true;
      return false;
    }
    if (hasEnded) events.push(chatEvent("partEnd", { choice: 0, index: at }));
    hasEnded = false;
    if (wire.kind === "args") events.push(partDelta(0, at, { case: "arguments", value: words }));
    else if (words !== "") events.push(partDelta(0, at, { case: "text", value: words }));
    return true;
  };
}

/** How servers write JSON: with or without spaces, with or without escapes. */
const written = fc.record({
  wire: fc.record({
    kind: fc.constantFrom("text", "args", "end"),
    at: fc.constantFrom(0, 0, 0, 1),
    words: fc.oneof(
      fc.string({ maxLength: 4 }),
      fc.string({ unit: "grapheme", maxLength: 4 }),
      fc.constantFrom("text", 'a"b', "\\", "\ud83d", "\n", ""),
    ),
    more: fc.constantFrom(undefined, "text", null),
    pad: fc.oneof(fc.constantFrom(undefined, "", "ab", "text", 'a"b', "\\", 7), fc.string({ maxLength: 4 })),
  }),
  style: fc.constantFrom("plain", "spaced", "ascii"),
});

function show({ wire, style }: { readonly wire: object; readonly style: string }): string {
  const json = JSON.stringify(wire, null, style === "spaced" ? 1 : 0);
  if (style !== "ascii") return json;
  return json.replace(/[^\x20-\x7e]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

const eventOf = (json: string): string => `data: ${json.replaceAll("\n", "\ndata: ")}\n\n`;
const parse = (repeated: RepeatedEvents, wire: string): ChatEvent[] => repeated.read(Buffer.from(wire));

/** How servers lay events out, all of one stream alike. */
const layouts = {
  plain: eventOf,
  named: (json: string) => `event: said\n${eventOf(json)}`,
  crlf: (json: string) => eventOf(json).replaceAll("\n", "\r\n"),
  commented: (json: string) => `: still there\n\n${eventOf(json)}`,
  identified: (json: string) => eventOf(json).replace(/\n$/, "id: 7\n\n"),
  apart: (json: string) => `${eventOf(json)}\n`,
  ended: (json: string) => `${eventOf(json)}${eventOf("[DONE]")}`,
};

/** Reads of so many events each; the last one is all that is left. */
const readSizes = fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 6 });

test("reads what it would read if it parsed every event", () => {
  fc.assert(
    fc.property(
      fc.array(written, { maxLength: 30 }),
      fc.constantFrom(...Object.values(layouts)),
      readSizes,
      (stream, layout, sizes) => {
        const lines = stream.map(show);
        const plain: ChatEvent[] = [];
        const read = vendor();
        for (const line of lines) read(JSON.parse(line), plain);
        const repeated = new RepeatedEvents(vendor(), "[DONE]", "pad");
        const seen: ChatEvent[] = [];
        let rest = lines;
        for (const size of [...sizes, lines.length]) {
          seen.push(...parse(repeated, rest.slice(0, size).map(layout).join("")));
          rest = rest.slice(size);
        }
        expect(seen).toEqual(plain);
      },
    ),
    { numRuns: 5000 },
  );
});

test.each([
  ["one by one", ["one", "two", 'th"ree', "fo\nur"]],
  ["all in one read", ["one two", 'th"ree', "fo\nur", "fi\\ve"]],
])("does not parse what it has seen the shape of, %s", (how, said) => {
  let parsed = 0;
  const read = vendor();
  const repeated = new RepeatedEvents((wire, events) => {
    parsed += 1;
    return read(wire, events);
  });
  const lines = said.map((words) => eventOf(JSON.stringify({ kind: "text", at: 3, words })));
  const reads = how === "one by one" ? lines : [lines.join("")];
  const events = reads.flatMap((wire) => parse(repeated, wire));
  expect(parsed).toBe(1);
  expect(events.map(({ kind }) => kind.case === "partDelta" && kind.value.delta.value)).toEqual(said);
});

/** How many of these events are parsed. */
function parsedOf(lines: readonly string[]): number {
  let parsed = 0;
  const read = vendor();
  const repeated = new RepeatedEvents(
    (wire, events) => {
      parsed += 1;
      return read(wire, events);
    },
    undefined,
    "pad",
  );
  for (const line of lines) parse(repeated, eventOf(line));
  return parsed;
}

test.each([
  [1, "behind the words", ['{"words":"a b","pad":"x"}', '{"words":"c","pad":"yyy"}', '{"words":"\\"","pad":""}']],
  [3, "before the words", ['{"pad":"x","words":"a"}', '{"pad":"yyy","words":"b"}', '{"pad":"","words":"c"}']],
  [3, "one of which is not plain", ['{"words":"a","pad":"x"}', '{"words":"c","pad":"-"}', '{"words":"c","pad":"u"}']],
  [2, "that is not there each time", ['{"words":"a","pad":"x"}', '{"words":"c"}', '{"words":"d"}']],
  [
    3,
    "of another member",
    ['{"words":"a","more":{"pad":"x"}}', '{"words":"c","more":{"pad":"y"}}', '{"words":"d","more":{"pad":"z"}}'],
  ],
  [
    3,
    "of two members",
    [
      '{"words":"a","more":{"pad":"1"},"pad":"x"}',
      '{"words":"c","more":{"pad":"2"},"pad":"x"}',
      '{"words":"d","more":{"pad":"3"},"pad":"x"}',
    ],
  ],
  [3, "with escapes", ['{"words":"a","pad":"x\\"b"}', '{"words":"c","pad":"y\\"b"}', '{"words":"d","pad":"z\\"b"}']],
])("parses %i of three events with padding %s", (count, _, lines) => {
  expect(parsedOf(lines)).toBe(count);
});

/** Reads a stream of such events, as it is and parsed one by one. */
function bothWays(lines: readonly string[]): readonly [ChatEvent[], ChatEvent[]] {
  const repeated = new RepeatedEvents(vendor(), undefined, "pad");
  const read = vendor();
  const plain: ChatEvent[] = [];
  for (const line of lines) read(JSON.parse(line), plain);
  return [lines.flatMap((line) => parse(repeated, eventOf(line))), plain];
}

test.each([
  ["padding that looks like the words", ['{"words":"\\u0061bc","pad":"abc"}', '{"words":"\\u0061bc","pad":"xyz"}']],
  ["a member that looks like the words", ['{"words":"\\u0061bc","more":"abc"}', '{"words":"\\u0061bc","more":"xyz"}']],
  ["words whose name looks like another", ['{"w\\u006frds":"abc"}', '{"w\\u006frds":"xyz"}']],
])("%s: read as they are", (_, lines) => {
  const [repeated, plain] = bothWays(lines);
  expect(repeated).toEqual(plain);
});

test("a member of the name of the padding is not taken for it when that is written with escapes", () => {
  expect(
    parsedOf(['{"words":"a","more":{"pad":"1"},"p\\u0061d":"x"}', '{"words":"b","more":{"pad":"2"},"p\\u0061d":"x"}']),
  ).toBe(2);
});

test("the time for a read grows no faster than the read where members repeat, on and on", () => {
  const repeated = new RepeatedEvents(vendor(), undefined, "pad");
  const members = '","more":"more';
  const events = [`ab${members.repeat(100_000)}","pad":"y`, `c${members.repeat(200_000)}","y":"x`].flatMap((rest) =>
    parse(repeated, eventOf(`{"words":"${rest}"}`)),
  );
  expect(events).toEqual(["ab", "c"].map((value) => partDelta(0, 0, { case: "text", value })));
});

test("what is no JSON behind padding is refused", () => {
  const repeated = new RepeatedEvents(vendor(), undefined, "pad");
  parse(repeated, eventOf('{"words":"a","pad":"x\\"b"}'));
  expect(() => parse(repeated, eventOf('{"words":"c","pad":"y"b"}'))).toThrow();
});

test("words that are empty are not taken for words, with padding behind them either", () => {
  const repeated = new RepeatedEvents(vendor(), undefined, "pad");
  const lines = ['{"words":"a","pad":"x"}', '{"words":"","pad":"y"}', '{"words":"b","pad":"z"}'];
  expect(lines.flatMap((line) => parse(repeated, eventOf(line)))).toHaveLength(2);
});

test("a line that is no data is not taken for what is said", () => {
  const json = (words: string): string => JSON.stringify({ kind: "text", at: 0, words });
  const repeated = new RepeatedEvents(vendor());
  const events = [json("one"), json("two")].flatMap((comment) =>
    parse(repeated, `data: ${json("one")}\n: ${comment}\n\n`),
  );
  expect(events).toEqual(Array(2).fill(partDelta(0, 0, { case: "text", value: "one" })));
});

test.each(Object.entries(layouts))("the time for a read grows no faster than the read: 4 MB, %s", (_, layout) => {
  const line = layout(JSON.stringify({ kind: "text", at: 0, words: "word" }));
  const count = Math.ceil((4 * 1024 * 1024) / line.length);
  expect(parse(new RepeatedEvents(vendor(), "[DONE]"), line.repeat(count))).toHaveLength(count);
});

test.each([
  '{"kind":"text","at":0,"words":"a","words":"b"}',
  '{"kind":"text","at":0,"words":"a"b"}',
  '{"kind":"text","at":0,"words":"',
  '{"kind":"text","at":0,"words":"a\nb"}',
  '{"kind":"text","at":0,"words":"a\tb"}',
])("takes a closer look at %s", (line) => {
  const repeated = new RepeatedEvents(vendor());
  parse(repeated, eventOf('{"kind":"text","at":0,"words":"xyz"}'));
  const outcome = (() => {
    try {
      return parse(repeated, eventOf(line));
    } catch (error) {
      return error;
    }
  })();
  const plain: ChatEvent[] = [];
  const expected = (() => {
    try {
      vendor()(JSON.parse(line), plain);
      return plain;
    } catch {
      return expect.objectContaining({ code: "upstream_malformed" });
    }
  })();
  expect(outcome).toEqual(expected);
});
