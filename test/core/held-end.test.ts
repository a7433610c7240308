import { describe, expect, test } from "vitest";
import { HeldEnd } from "../../src/core/held-end.ts";

const said = "event: said\ndata: {}\n\n";
const stop = 'event: stop\ndata: {"type":"stop"}\n\n';

describe("the end of a stream", () => {
  const createEnd = () => new HeldEnd(/"type":"stop"/g, (event) => event.includes("stop"));

  test("is held back", () => {
    const end = createEnd();
    expect(end.sieve(Buffer.from(said + stop)).toString()).toBe(said);
    expect(end.bytes?.toString()).toBe(stop);
  });

  test("is held back in all its events", () => {
    const end = createEnd();
    end.sieve(Buffer.from(stop + said));
    end.sieve(Buffer.from(stop));
    expect(end.bytes?.toString()).toBe(stop + stop);
  });

  test("is nothing until it comes", () => {
    const end = createEnd();
    expect(end.sieve(Buffer.from(said)).toString()).toBe(said);
    expect(end.bytes).toBeUndefined();
  });

  test("keeps no more in memory than itself", () => {
    const end = createEnd();
    end.sieve(Buffer.from(said.repeat(1000) + stop));
    expect(end.bytes?.buffer.byteLength).toBe(stop.length);
  });
});
