import fc from "fast-check";
import { expect, test } from "vitest";
import { joinChunks } from "../../src/upstreams/join-chunks.ts";

const texts = fc.array(fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 }), { minLength: 1, maxLength: 20 });

/** A read's memory of its own, and its chunks, with something before and behind them. */
function read(chunks: readonly string[], before = "HTTP/1.1 200 OK\r\n\r\n", behind = "\r\n0\r\n\r\n") {
  let wire = before;
  const places: (readonly [number, number])[] = [];
  for (const chunk of chunks) {
    const length = Buffer.byteLength(chunk);
    if (places.length > 0) wire += "\r\n";
    wire += `${length.toString(16)}\r\n`;
    const at = Buffer.byteLength(wire);
    places.push([at, at + length]);
    wire += chunk;
  }
  const all = Buffer.from(Uint8Array.from(Buffer.from(wire + behind)).buffer);
  return { all, pieces: places.map(([from, to]) => all.subarray(from, to)) };
}

function joined(pieces: readonly Buffer[]): Buffer {
  const [first, ...more] = pieces;
  if (first === undefined) throw new Error("there are no chunks");
  return joinChunks(
    first,
    more,
    pieces.reduce((sum, { length }) => sum + length, 0),
  );
}

test("chunks of one read are one piece of its memory, and all around them stays", () => {
  fc.assert(
    fc.property(texts, (chunks) => {
      const { all, pieces } = read(chunks);
      const [first] = pieces;
      const last = pieces.at(-1);
      if (first === undefined || last === undefined) throw new Error("there are no chunks");
      const before = Buffer.from(all.subarray(0, first.byteOffset));
      const behind = Buffer.from(all.subarray(last.byteOffset + last.length));
      const whole = joined(pieces);
      expect(whole.toString()).toBe(chunks.join(""));
      expect(whole.buffer).toBe(all.buffer);
      expect(whole.byteOffset).toBe(first.byteOffset);
      expect(all.subarray(0, before.length)).toEqual(before);
      expect(all.subarray(all.length - behind.length)).toEqual(behind);
    }),
  );
});

test("chunks of several reads are copied, whatever is between them in a shared memory", () => {
  fc.assert(
    fc.property(texts, texts, fc.string({ maxLength: 20 }), (some, others, between) => {
      const one = read([...some, "\n"]);
      const two = read(others);
      expect(joined([...one.pieces, ...two.pieces]).toString()).toBe([...some, "\n", ...others].join(""));

      const shared = Buffer.from(new ArrayBuffer(one.all.length + between.length + two.all.length));
      one.all.copy(shared);
      shared.write(between, one.all.length, "latin1");
      const start = one.all.length + between.length;
      two.all.copy(shared, start);
      const untouched = Buffer.from(shared);
      const pieces = [
        ...one.pieces.map(({ byteOffset: at, length }) => shared.subarray(at, at + length)),
        ...two.pieces.map(({ byteOffset: at, length }) => shared.subarray(start + at, start + at + length)),
      ];
      expect(joined(pieces).toString()).toBe([...some, "\n", ...others].join(""));
      expect(shared).toEqual(untouched);
    }),
  );
});

test.each([
  ["one behind the other without anything between", ["ab", "cd"], ""],
  ["with a text between", ["ab", "cd"], "other"],
  ["with a line end between", ["ab", "cd"], "\r\n"],
  ["with half a line end before", ["ab", "cd"], "x\n2\r\n"],
  ["with half a line end behind", ["ab", "cd"], "\r\n2x\n"],
  ["with line ends between, and more", ["ab", "cd"], `\r\n${"x".repeat(20)}\r\n`],
])("chunks %s are copied", (_, [one = "", two = ""], between) => {
  const all = Buffer.from(Uint8Array.from(Buffer.from(one + between + two)).buffer);
  const untouched = Buffer.from(all);
  const whole = joined([all.subarray(0, one.length), all.subarray(all.length - two.length)]);
  expect(whole.toString()).toBe(one + two);
  expect(whole.buffer).not.toBe(all.buffer);
  expect(all).toEqual(untouched);
});

test("chunks of one read are copied when they come in another order, or with one of another read between", () => {
  const { all, pieces } = read(["ab", "cd", "ef"]);
  const [one, two, three] = pieces;
  const [, other] = read(["ab", "xy", "ef"]).pieces;
  if (one === undefined || two === undefined || three === undefined || other === undefined) throw new Error("missing");
  const untouched = Buffer.from(all);
  for (const given of [
    [three, two, one],
    [one, three, two],
    [one, other, three],
  ]) {
    expect(joined(given)).toEqual(Buffer.concat(given));
    expect(all).toEqual(untouched);
  }
});

test("a read's only chunk is that", () => {
  const chunk = Buffer.from("alone");
  expect(joinChunks(chunk, [], chunk.length)).toBe(chunk);
});
