import { describe, expect, test } from "vitest";
import { Status } from "../../gen/causeway/stats/v1/stats_pb.ts";
import type { Seen } from "../faults/journal.ts";
import { usageFor } from "../faults/script.ts";
import { chatVoice } from "../faults/voices.ts";
import {
  attemptsSeen,
  bookedOnce,
  dearerRows,
  endsInTime,
  memoryIsFlat,
  noSocketIsLeft,
  type Row,
  socketsLeft,
  type TriedAttempts,
  tellsTheTruth,
  tokensAgree,
} from "./checks.ts";
import type { Told } from "./load.ts";

/** Each check finds what it is there to find. */

const told = (change: Partial<Told> = {}): Told => ({
  id: "r1",
  client: "a client",
  outcome: "answered",
  code: "",
  tookMs: 100,
  limitMs: 5000,
  wrong: undefined,
  ...change,
});

const row = (change: Partial<Row> = {}): Row => ({
  id: "row-1",
  clientRequestId: "r1",
  status: Status.OK,
  attempts: 1,
  errorCode: "",
  usage: usageFor({ prompt: "r1" }),
  ...change,
});

const request = (change: Partial<Seen> = {}, reused = false): Seen => ({
  asked: {
    path: "/",
    headers: new Map(),
    body: "",
    key: "",
    model: "m",
    stream: false,
    withUsage: false,
    prompt: "r1",
    voice: chatVoice,
    reused,
    released: Promise.resolve(),
  },
  at: 0,
  outcome: "answered",
  endedAt: 1,
  spoke: true,
  told: usageFor({ prompt: "r1" }),
  ...change,
});

const seen = (...requests: readonly Seen[]): ReadonlyMap<string, readonly Seen[]> =>
  requests.length === 0 ? new Map() : new Map([["r1", requests]]);

const trail = (change: Partial<TriedAttempts>): ReadonlyMap<string, TriedAttempts> =>
  new Map([["row-1", { count: 1, mayBeUnseen: 0, lostInput: 0, lostOutput: 0, ...change }]]);

test("a request that is late", () => {
  expect(endsInTime([told({ tookMs: 6500 })], 0).faults).toEqual([]);
  expect(endsInTime([told({ tookMs: 7500 })], 0).faults).toHaveLength(1);
  expect(endsInTime([told({ tookMs: 7500 })], 600).faults).toEqual([]);
});

test("a client that was told something wrong", () => {
  expect(tellsTheTruth([told()]).faults).toEqual([]);
  expect(tellsTheTruth([told({ wrong: "half of it" })]).faults).toEqual(["r1 (a client): half of it"]);
});

test.each<[string, readonly Told[], readonly Row[], number]>([
  ["one row", [told()], [row()], 0],
  ["no row", [told()], [], 1],
  ["two rows", [told()], [row(), row({ id: "row-2" })], 1],
  ["a row of nobody's", [], [row()], 1],
  ["no row of one that left", [told({ outcome: "left" })], [], 0],
  ["an answer that is booked as an error", [told()], [row({ status: Status.ERROR })], 1],
  ["a failure that is booked as an answer", [told({ outcome: "failed" })], [row()], 1],
])("booking: %s", (_, asked, rows, faults) => {
  expect(bookedOnce(asked, rows).faults).toHaveLength(faults);
});

describe("attempts", () => {
  const cut = { outcome: "cut", spoke: false } as const;
  test.each<[string, Row, ReadonlyMap<string, readonly Seen[]>, Partial<TriedAttempts>, number]>([
    ["as many as were seen", row(), seen(request()), {}, 0],
    ["more than were seen", row({ attempts: 2 }), seen(request()), { count: 2 }, 1],
    ["one that was refused", row({ attempts: 2 }), seen(request()), { count: 2, mayBeUnseen: 1 }, 0],
    ["fewer than were seen", row(), seen(request(), request()), {}, 1],
    ["one that was sent twice, on a reused connection", row(), seen(request(cut, true), request()), {}, 0],
    ["one that was sent twice, on a fresh connection", row(), seen(request(cut), request()), {}, 1],
    ["other than the trail has", row({ attempts: 2 }), seen(request()), { count: 3, mayBeUnseen: 1 }, 1],
  ])("%s", (_, one, requests, tried, faults) => {
    expect(attemptsSeen([one], requests, trail(tried)).faults).toHaveLength(faults);
  });

  test("of a request without a row", () => {
    expect(attemptsSeen([], seen(request()), new Map()).faults).toHaveLength(1);
  });
});

describe("tokens", () => {
  const { input, output } = usageFor({ prompt: "r1" });
  test.each<[string, Row, Partial<TriedAttempts>, number]>([
    ["as they were told", row(), {}, 0],
    ["others than were told", row({ usage: { input: input + 1, output } }), {}, 1],
    ["none", row({ usage: undefined }), {}, 1],
    ["those of a lost attempt as well", row({ usage: { input: input + 9, output } }), { lostInput: 9 }, 0],
    ["without those of a lost attempt", row(), { lostOutput: 3 }, 1],
    ["of an error: not looked at", row({ status: Status.ERROR, usage: undefined }), {}, 0],
  ])("%s", (_, one, tried, faults) => {
    expect(tokensAgree([one], seen(request()), trail(tried)).faults).toHaveLength(faults);
  });

  test("of an answer that nobody gave", () => {
    expect(tokensAgree([row()], seen(request({ told: undefined })), new Map()).faults).toHaveLength(1);
  });

  test("rows whose trails have to be asked for", () => {
    expect(
      dearerRows([row(), row({ usage: undefined }), row({ status: Status.ERROR, usage: undefined })]),
    ).toHaveLength(1);
  });
});

describe("memory", () => {
  const megabyte = 2 ** 20;
  const samples = (bytesAt: (second: number) => number) =>
    Array.from({ length: 300 }, (_, second) => ({ at: second * 1000, bytes: bytesAt(second) }));

  test("that warms up and then stays", () => {
    const noisy = samples((second) => (200 + Math.min(second, 80) + 15 * Math.sin(second)) * megabyte);
    expect(memoryIsFlat(noisy).faults).toEqual([]);
  });

  test("that grows a little with each request", () => {
    expect(memoryIsFlat(samples((second) => (200 + second * 0.3) * megabyte)).faults).toHaveLength(1);
  });

  test("of a run that is too short to tell", () => {
    const short = samples((second) => (200 + second * 5) * megabyte).slice(0, 10);
    expect(memoryIsFlat(short).faults).toEqual([]);
  });

  test("that nobody measured", () => {
    expect(memoryIsFlat([]).faults).toHaveLength(1);
  });
});

describe("sockets", () => {
  const idle = ["socket", "file", "socket"];
  test.each<[string, readonly string[], number]>([
    ["as many as before", ["socket", "socket", "file"], 0],
    ["fewer than before", ["socket", "file"], 0],
    ["none more, but other files", ["file", "pipe", "socket", "socket", "file"], 0],
    ["one more", ["socket", "socket", "socket"], 1],
    ["two more, and fewer other files", ["socket", "socket", "socket", "socket"], 2],
  ])("%s", (_, now, left) => {
    expect(socketsLeft(idle, now)).toBe(left);
    expect(noSocketIsLeft(idle, now).faults).toEqual(left === 0 ? [] : [`${left} of them are new`]);
  });

  test("that the system does not tell of", () => {
    expect(socketsLeft(undefined, undefined)).toBe(0);
    expect(noSocketIsLeft(undefined, idle)).toMatchObject({ found: "this system does not tell", faults: [] });
    expect(noSocketIsLeft(idle, undefined)).toMatchObject({ found: "this system does not tell", faults: [] });
  });
});
