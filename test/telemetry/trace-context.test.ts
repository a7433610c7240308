import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createTraceIds, parseTraceContext, traceHeaders } from "../../src/telemetry/trace-context.ts";

const hex = (length: number) =>
  fc
    .array(fc.constantFrom(..."0123456789abcdef"), { minLength: length, maxLength: length })
    .map((digits) => digits.join(""));
const id = (length: number) => hex(length).filter((text) => /[^0]/.test(text));
const stateKey = fc.stringMatching(/^[a-z0-9][a-z0-9_\-*/@]{0,20}$/);
const stateValue = fc.stringMatching(/^[!-+\--<>-~]([ -+\--<>-~]{0,20}[!-+\--<>-~])?$/);
const state = fc
  .uniqueArray(fc.tuple(stateKey, stateValue), { maxLength: 32, selector: ([key]) => key })
  .map((members) => members.map((member) => member.join("=")).join(","));
const contexts = fc.record({
  traceId: id(32),
  spanId: id(16),
  sampled: fc.boolean(),
  random: fc.boolean(),
  state,
});

const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
const spanId = "00f067aa0ba902b7";
const sampled = { traceId, spanId, sampled: true, random: false, state: "" };

test("what is written is read again", () => {
  fc.assert(
    fc.property(contexts, (context) => {
      const { traceparent, tracestate } = traceHeaders(context);
      expect(parseTraceContext(traceparent, tracestate)).toEqual(context);
    }),
  );
});

test("what is written has the form of version 00", () => {
  fc.assert(
    fc.property(contexts, (context) => {
      expect(traceHeaders(context).traceparent).toMatch(/^00-[\da-f]{32}-[\da-f]{16}-0[0-3]$/);
    }),
  );
});

test("whatever a client sends, reading does not throw, and what is read can be written", () => {
  const almost = fc
    .tuple(hex(2), hex(32), hex(16), hex(2), fc.constantFrom("", "-x", "x"))
    .map(([a, b, c, d, e]) => `${a}-${b}-${c}-${d}${e}`);
  fc.assert(
    fc.property(fc.oneof(almost, fc.string()), fc.string(), (traceparent, tracestate) => {
      const context = parseTraceContext(traceparent, tracestate);
      if (context === undefined) return;
      const headers = traceHeaders(context);
      expect(parseTraceContext(headers.traceparent, headers.tracestate)).toEqual(context);
    }),
  );
});

describe("traceparent", () => {
  test("of this version", () => {
    expect(parseTraceContext(`00-${traceId}-${spanId}-01`)).toEqual(sampled);
    expect(parseTraceContext(`00-${traceId}-${spanId}-00`)).toEqual({ ...sampled, sampled: false });
    expect(parseTraceContext(`00-${traceId}-${spanId}-03`)).toEqual({ ...sampled, random: true });
  });

  test("of a later version is read as far as it looks like this one", () => {
    expect(parseTraceContext(`cc-${traceId}-${spanId}-01`)).toEqual(sampled);
    expect(parseTraceContext(`cc-${traceId}-${spanId}-01-what-comes`)).toEqual(sampled);
    expect(parseTraceContext(`cc-${traceId}-${spanId}-01.what-comes`)).toBeUndefined();
  });

  test.each([
    ["none", undefined],
    ["version ff", `ff-${traceId}-${spanId}-01`],
    ["more than version 00 has", `00-${traceId}-${spanId}-01-x`],
    ["a trace of zeros", `00-${"0".repeat(32)}-${spanId}-01`],
    ["a span of zeros", `00-${traceId}-${"0".repeat(16)}-01`],
    ["capital letters", `00-${traceId.toUpperCase()}-${spanId}-01`],
    ["two of them", `00-${traceId}-${spanId}-01,00-${traceId}-${spanId}-01`],
    ["too short a trace", `00-${traceId.slice(1)}-${spanId}-01`],
  ])("%s is nothing", (_, traceparent) => {
    expect(parseTraceContext(traceparent)).toBeUndefined();
  });
});

describe("tracestate", () => {
  const read = (tracestate: string) => parseTraceContext(`00-${traceId}-${spanId}-01`, tracestate)?.state;
  const members = (count: number) => Array.from({ length: count }, (_, i) => `k${i}=v`).join(",");

  test.each([
    ["a=1 , b@c=2,, ", "a=1,b@c=2"],
    [members(32), members(32)],
    [members(33), ""],
    ["a=1,a=2", ""],
    ["A=1", ""],
    ["a", ""],
    ["a=1=2", ""],
    ["a=ü", ""],
  ])("%s", (text, expected) => {
    expect(read(text)).toBe(expected);
  });
});

test("new ids have their length, and differ", () => {
  const { traceId, spanId } = createTraceIds();
  const ids = Array.from({ length: 1000 }, () => [traceId(), spanId()] as const);
  for (const [trace, span] of ids) {
    expect(trace).toMatch(/^[\da-f]{32}$/);
    expect(span).toMatch(/^[\da-f]{16}$/);
  }
  expect(new Set(ids.flat()).size).toBe(2000);
});

test("an id is never zero", () => {
  let fills = 0;
  const { spanId } = createTraceIds((pool) => void pool.fill(fills++));
  expect(spanId()).toBe("01".repeat(8));
});
