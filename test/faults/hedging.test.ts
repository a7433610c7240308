import { afterAll, beforeAll, expect, test } from "vitest";
import { Status } from "../../gen/causeway/stats/v1/stats_pb.ts";
import type { ClientKind } from "../scenarios/clients/client.ts";
import { connectJson } from "../scenarios/clients/connect-json.ts";
import { openaiSdk } from "../scenarios/clients/openai-sdk.ts";
import type { ConfigFile } from "../scenarios/gateway.ts";
import {
  answered,
  answeredWhenReleased,
  chunk,
  hold,
  partsFor,
  refused,
  type Script,
  streamHead,
  textFor,
  write,
} from "./script.ts";
import { keyNamed, nameOfKey, providerAt } from "./server.ts";
import { attemptsOf, byKey, type FaultWorld, startWorld } from "./world.ts";

/** A second attempt beside one that is slow to begin: the first to begin is the answer, the other is left at once. */

const hedge = "30ms";
const ways: readonly (readonly [string, ClientKind, boolean])[] = [
  ["OpenAI SDK, stream", openaiSdk, true],
  ["OpenAI SDK, whole", openaiSdk, false],
  ["Connect, stream", connectJson, true],
  ["Connect, whole", connectJson, false],
];
const plans = ["second", "first", "both", "late"].flatMap((name) => ways.map((_, at) => `${name}-${at}`));

let world: FaultWorld;
beforeAll(async () => {
  world = await startWorld((url) => {
    const one = providerAt(url);
    const models: Record<string, ConfigFile> = {};
    for (const name of [...plans, "opened", "quick", "pace"]) {
      models[name] = {
        targets: [`one/${name}-a`, `two/${name}-b`],
        affinity: false,
        hedge: ["quick", "pace"].includes(name) ? "300ms" : hedge,
      };
    }
    models.alone = { targets: ["one/alone"], affinity: false, hedge };
    models.keys = { targets: ["keys/keys"], affinity: false, hedge };
    const keys = ["key-1", "key-2"].map((name) => keyNamed(name));
    return { providers: { one, two: one, keys: providerAt(url, { keys, rotation: "sequential" }) }, models };
  });
});
afterAll(() => world[Symbol.asyncDispose]());

const broken = refused(500, { type: "api_error" });
const brokenWhenReleased: Script = (asked) => [hold(asked.released), ...broken(asked)];

async function expectRow(name: string, status: Status, attempts: number): Promise<void> {
  const [row] = await world.gateway.ledger.waitForRows(name, 1);
  expect(row).toMatchObject({ status, attempts });
}

test.for(ways.map((way, at) => [...way, at] as const))("the second wins: %s", async ([, kind, stream, at]) => {
  const name = `second-${at}`;
  world.book.on(`${name}-a`, answeredWhenReleased);
  const { text, headers } = await world.ask(kind, name, { stream });
  expect(text).toBe(textFor({ prompt: name }));
  expect(headers.get("causeway-target")).toBe(`two/${name}-b`);
  const [loser] = world.server.journal.of(`${name}-a`);
  if (loser === undefined) throw new Error("the first was not asked");
  expect((await world.server.journal.ending(loser)).outcome).toBe("left");
  await expectRow(name, Status.OK, 2);
  expect(attemptsOf(await world.explain(name))).toEqual([
    `one/${name}-a key-1: left`,
    `two/${name}-b key-1: hedge, answered`,
  ]);
});

test.for(ways.map((way, at) => [...way, at] as const))("the first wins: %s", async ([, kind, stream, at]) => {
  const name = `first-${at}`;
  const { book, server } = world;
  book.on(`${name}-a`, answeredWhenReleased);
  book.on(`${name}-b`, () => [hold()]);
  const asking = world.ask(kind, name, { stream });
  const loser = await server.journal.arrival(`${name}-b`);
  server.release(`${name}-a`);
  const { text, headers } = await asking;
  expect(text).toBe(textFor({ prompt: name }));
  expect(headers.get("causeway-target")).toBe(`one/${name}-a`);
  expect((await server.journal.ending(loser)).outcome).toBe("left");
  await expectRow(name, Status.OK, 2);
  expect(attemptsOf(await world.explain(name))).toEqual([
    `one/${name}-a key-1: answered`,
    `two/${name}-b key-1: hedge, left`,
  ]);
});

test.for(ways.map((way, at) => [...way, at] as const))("both fail: %s", async ([, kind, stream, at]) => {
  const name = `both-${at}`;
  const { book, server } = world;
  book.on(`${name}-a`, brokenWhenReleased);
  book.on(`${name}-b`, brokenWhenReleased);
  const asking = world.ask(kind, name, { stream });
  await server.journal.arrival(`${name}-b`);
  server.release(`${name}-b`);
  server.release(`${name}-a`);
  const { error } = await asking;
  expect(error).toMatchObject({ code: "upstream_error", status: kind === openaiSdk ? 500 : 14 });
  await expectRow(name, Status.ERROR, 2);
});

test.for(ways.map((way, at) => [...way, at] as const))(
  "the hedge fails, the first answers: %s",
  async ([, kind, stream, at]) => {
    const name = `late-${at}`;
    const { book, server } = world;
    book.on(`${name}-a`, answeredWhenReleased);
    book.on(`${name}-b`, broken);
    const asking = world.ask(kind, name, { stream });
    await server.journal.ending(await server.journal.arrival(`${name}-b`));
    server.release(`${name}-a`);
    expect((await asking).text).toBe(textFor({ prompt: name }));
    await expectRow(name, Status.OK, 2);
  },
);

test("what has only opened its stream has not begun, and nothing of it is told", async () => {
  world.book.on("opened-a", (asked) => [write(streamHead), write(chunk(partsFor(asked).opening)), hold()]);
  const { text, error } = await world.ask(openaiSdk, "opened", { stream: true });
  expect(error).toBeUndefined();
  expect(text).toBe(textFor({ prompt: "opened" }));
  await expectRow("opened", Status.OK, 2);
});

test("who has begun in time has no company, however long the rest takes", async () => {
  world.book.on("quick-a", (asked) => {
    const [first, second, ...rest] = answered(asked);
    return first === undefined || second === undefined ? [] : [first, second, hold(asked.released), ...rest];
  });
  const told = Promise.withResolvers<void>();
  const asking = world.ask(openaiSdk, "quick", { stream: true, onText: () => told.resolve() });
  await told.promise;
  world.book.on("pace-a", answeredWhenReleased);
  await world.ask(openaiSdk, "pace"); // takes as long as a hedge needs to come
  world.server.release("quick-a");
  expect((await asking).text).toBe(textFor({ prompt: "quick" }));
  expect(attemptsOf(await world.explain("quick"))).toEqual(["one/quick-a key-1: answered"]);
  expect(world.server.journal.of("quick-b")).toEqual([]);
});

test("without another place there is no hedge", async () => {
  world.book.on("alone", answeredWhenReleased);
  const asking = world.ask(openaiSdk, "alone");
  await world.server.journal.arrival("alone");
  // one whose hedge comes is asked meanwhile, so that time has passed for both
  world.book.on("keys", byKey({ "key-1": answeredWhenReleased }));
  await world.ask(openaiSdk, "keys");
  world.server.release("alone");
  expect((await asking).error).toBeUndefined();
  await expectRow("alone", Status.OK, 1);
});

test("another credential is another place", async () => {
  expect(world.server.journal.of("keys").map(({ asked }) => nameOfKey(asked.key))).toEqual(["key-1", "key-2"]);
  expect(attemptsOf(await world.explain("keys"))).toEqual([
    "keys/keys key-1: left",
    "keys/keys key-2: hedge, answered",
  ]);
});
