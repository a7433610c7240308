import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EventBatcher, readEvents } from "../../src/lib/sse.ts";

interface SseEvent {
  readonly event: string;
  readonly data: string;
}

function read(bytes: Buffer): SseEvent[] {
  const events: SseEvent[] = [];
  readEvents(bytes, (data, event) => events.push({ event, data }));
  return events;
}

/** What the standard's "event stream interpretation" makes of a whole stream, written down line by line. */
function interpret(text: string): SseEvent[] {
  const events: SseEvent[] = [];
  let data: string[] = [];
  let event = "";
  const lines = text.replace(/^\ufeff/, "").split(/\r\n|\r|\n/);
  lines.pop(); // what stands behind the last line end is no line yet
  for (const line of lines) {
    const [, field, value = ""] = /^([^:]*)(?:: ?(.*))?$/su.exec(line) ?? [];
    if (line === "") {
      if (data.length > 0) events.push({ event, data: data.join("\n") });
      data = [];
      event = "";
    } else if (field === "data") data.push(value);
    else if (field === "event") event = value;
  }
  return events;
}

/** Pushes pieces through a batcher. Each batch is read on its own, as the gateway does. */
function readPieces(pieces: readonly Buffer[]): { events: SseEvent[]; bytes: Buffer } {
  const batcher = new EventBatcher();
  const batches = [...pieces.map((piece) => batcher.push(piece)), batcher.end()];
  return { events: batches.flatMap(read), bytes: Buffer.concat(batches) };
}

const lineEnd = fc.constantFrom("\n", "\r\n", "\r");
const text = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 6 }).map((value) => value.replace(/[\r\n\ufeff]/gu, "")),
  fc.constantFrom("", " ", ":", "[DONE]", '{"a":"\u00e9\u{1f600}"}', "  x"),
);
const line = fc.oneof(
  { arbitrary: text.map((value) => `data: ${value}`), weight: 5 },
  { arbitrary: fc.constant(""), weight: 5 },
  text.map((value) => `data:${value}`),
  text.map((value) => `event: ${value}`),
  text.map((value) => `: ${value}`),
  fc.constantFrom("data", "event", "id: 1", "retry: 5", "database: x", "eventual: x", "unknown", ":"),
);

/** Streams whose line ends are mixed at will. */
const mixed = fc.array(fc.tuple(line, lineEnd)).map((lines) => lines.map(([content, end]) => content + end).join(""));
/** Streams that keep to one line end and end with a whole event. */
const uniform = fc.tuple(fc.array(line), lineEnd).map(([lines, end]) => [...lines, "data: last", "", ""].join(end));

const json = fc.json({ maxDepth: 2 }).map((value) => `{"v":${value}}`);
/** Streams of events with one line of JSON each, as the vendors send them. */
const jsonStream = fc
  .tuple(
    fc.array(fc.tuple(fc.constantFrom("", "event: a"), json), { minLength: 1, maxLength: 4 }),
    fc.constantFrom("\n", "\r\n"),
  )
  .map(([events, end]) => events.map(([name, data]) => `${name && name + end}data: ${data}${end}${end}`).join(""));

const cuts = fc.array(fc.nat(), { maxLength: 5 });

function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const sorted = [0, ...places.map((place) => place % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return sorted.slice(1).map((end, i) => bytes.subarray(sorted[i], end));
}

describe("a stream", () => {
  test("gives the events of the standard, whatever its line ends", () => {
    fc.assert(
      fc.property(fc.oneof(mixed, uniform), (stream) => {
        expect(read(Buffer.from(stream))).toEqual(interpret(stream));
      }),
      { numRuns: 500 },
    );
  });

  test("gives the same events and bytes wherever it is cut in two", () => {
    fc.assert(
      fc.property(uniform, (stream) => {
        const bytes = Buffer.from(stream);
        const expected = interpret(stream);
        for (let at = 0; at <= bytes.length; at += 1) {
          const { events, bytes: passed } = readPieces([bytes.subarray(0, at), bytes.subarray(at)]);
          expect(events).toEqual(expected);
          expect(passed.equals(bytes)).toBe(true);
        }
      }),
    );
  });

  test("gives the same events and bytes in many pieces, and byte by byte", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          uniform,
          mixed.map((lines) => `${lines}\n\n`),
        ),
        cuts,
        (stream, places) => {
          const bytes = Buffer.from(stream);
          for (const pieces of [cut(bytes, places), [...bytes].map((byte) => Buffer.from([byte]))]) {
            const { events, bytes: passed } = readPieces(pieces);
            expect(events).toEqual(interpret(stream));
            expect(passed.subarray(0, bytes.length).equals(bytes)).toBe(true);
            expect(passed.toString("utf8", bytes.length)).toMatch(/^\n*$/); // the end may close a blank line once more
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  test.each(["\n", "\r\n"])("hands an event on as soon as its blank line is there (%j)", (end) => {
    const batcher = new EventBatcher();
    expect(batcher.push(Buffer.from(`data: a${end}${end.slice(0, -1)}`))).toHaveLength(0);
    expect(read(batcher.push(Buffer.from("\n")))).toEqual([{ event: "", data: "a" }]);
    expect(batcher.end()).toHaveLength(0);
  });

  test("never hands on half a character", () => {
    fc.assert(
      fc.property(uniform, cuts, (stream, places) => {
        const batcher = new EventBatcher();
        for (const piece of cut(Buffer.from(stream), places))
          expect(batcher.push(piece).toString()).not.toContain("\ufffd");
      }),
    );
  });

  test("may begin with a byte order mark", () => {
    expect(read(Buffer.from("\ufeffdata: a\n\n"))).toEqual([{ event: "", data: "a" }]);
  });
});

describe("a stream that is cut off", () => {
  test("gives the events that were whole, and none that was not", () => {
    fc.assert(
      fc.property(jsonStream, fc.nat(), (stream, place) => {
        const all = interpret(stream);
        const bytes = Buffer.from(stream);
        const kept = bytes.subarray(0, place % (bytes.length + 1));
        const { events } = readPieces([kept]);
        expect(events).toEqual(all.slice(0, events.length));
        expect(events.length).toBeGreaterThanOrEqual(interpret(kept.toString()).length);
      }),
      { numRuns: 500 },
    );
  });

  test.each(["\n", "\r\n", "\r"])("gives the last event if only its blank line is missing (%j)", (end) => {
    const last = { event: "", data: '{"a":1}' };
    expect(readPieces([Buffer.from(`data: {"a":1}${end}`)]).events).toEqual([last]);
    expect(readPieces([Buffer.from('data: {"a":1}')]).events).toEqual([last]);
    expect(readPieces([Buffer.from(`event: x${end}data: [DONE]`)]).events).toEqual([{ event: "x", data: "[DONE]" }]);
  });

  test.each(['data: {"a":1', 'data: {"a":"}', "data: [DON", "data: 12", "data: tex", "event: a", "dat", ""])(
    "does not give half an event: %s",
    (rest) => {
      const { events } = readPieces([Buffer.from(`data: {"whole":true}\n\n${rest}`)]);
      expect(events).toEqual([{ event: "", data: '{"whole":true}' }]);
    },
  );
});

test("an event without end is refused before it fills the memory", () => {
  const batcher = new EventBatcher();
  const chunk = Buffer.alloc(8 * 1024 * 1024, "x");
  expect(() => {
    for (let i = 0; i < 9; i += 1) batcher.push(chunk);
  }).toThrow(RangeError);
});
