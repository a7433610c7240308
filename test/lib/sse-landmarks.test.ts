import fc from "fast-check";
import { expect, test } from "vitest";
import { sieveEvents } from "../../src/lib/sse-landmarks.ts";

const end = fc.constantFrom("\n\n", "\r\n\r\n");
const content = fc.constantFrom(
  "data: a",
  "data: usage",
  "data: [DONE]",
  "data: usage [DONE]",
  "data: é😀",
  ": x\ndata: usage",
);
const events = fc.array(fc.tuple(content, end).map((parts) => parts.join("")));

test("each event with a landmark or a mark is looked at once, in order, and goes if it is not to be shown", () => {
  fc.assert(
    fc.property(events, fc.array(fc.boolean(), { minLength: 1 }), (stream, shown) => {
      const wanted = stream.filter((event) => /usage|\[DONE\]/.test(event));
      const seen: string[] = [];
      const isShown = (event: Buffer): boolean => shown[seen.push(event.toString()) % shown.length] === true;
      const bytes = Buffer.from(stream.join(""));
      const left = sieveEvents(bytes, /usage/g, isShown, "[DONE]").toString();
      expect(seen).toEqual(wanted);
      let at = 0;
      const kept = stream.filter((event) => !wanted.includes(event) || shown[++at % shown.length] === true);
      expect(left).toBe(kept.join(""));
    }),
  );
});

test("without a mark only landmarks count, and bytes of which nothing goes are not copied", () => {
  const bytes = Buffer.from("data: [DONE]\n\ndata: usage\n\n");
  const seen: string[] = [];
  expect(sieveEvents(bytes, /usage/g, (event) => seen.push(event.toString()) > 0)).toBe(bytes);
  expect(seen).toEqual(["data: usage\n\n"]);
});

test.each([
  ["the last", "data: a\n\n", "", "data: usage\n\ndata: usage\n\n"],
  ["the first", "data: a\n\n", "data: usage\n\n", ""],
  ["all but one in the middle", "data: a\n\n", "data: usage\n\n", "data: usage\n\n"],
  ["all", "", "data: usage\n\n", "data: usage\n\n"],
])("nothing is copied where %s goes", (_, kept, before, behind) => {
  const bytes = Buffer.from(before + kept + behind);
  const left = sieveEvents(bytes, /usage/g, () => false);
  expect(left.toString()).toBe(kept);
  bytes.fill("x");
  expect(left.toString(), "the same bytes").toBe("x".repeat(kept.length));
});
