import { afterAll, beforeAll, expect, test } from "vitest";
import { CredentialAction } from "../../gen/causeway/admin/v1/admin_pb.ts";
import { Affinity } from "../../gen/causeway/stats/v1/stats_pb.ts";
import { anthropicSdk } from "../scenarios/clients/anthropic-sdk.ts";
import { connectJson } from "../scenarios/clients/connect-json.ts";
import { openaiSdk } from "../scenarios/clients/openai-sdk.ts";
import type { Turn } from "../scenarios/conversation.ts";
import { answered, refused, textFor } from "./script.ts";
import { keyNamed, nameOfKey, providerAt } from "./server.ts";
import { byKey, type FaultWorld, startWorld } from "./world.ts";

/** The turns of a conversation stay with one credential, whose prompt cache knows its beginning. */

let world: FaultWorld;
beforeAll(async () => {
  world = await startWorld((url) => ({
    providers: { one: providerAt(url, { keys: [1, 2, 3].map((nth) => keyNamed(`key-${nth}`)) }), two: providerAt(url) },
    models: {
      turns: { strategy: "round-robin", targets: ["one/turns", "two/turns"] },
      free: { strategy: "round-robin", targets: ["one/free", "two/free"], affinity: false },
    },
  }));
});
afterAll(() => world[Symbol.asyncDispose]());

/** Asks for the n-th turn of a conversation that began with these words. */
async function turn(model: string, opening: string, nth: number, kind = openaiSdk, session?: string): Promise<string> {
  const turns: Turn[] = [{ role: "user", text: opening }];
  for (let at = 1; at < nth; at += 1) {
    turns.push({ role: "assistant", text: textFor({ prompt: opening }) }, { role: "user", text: `and then ${at}` });
  }
  const client = kind.connect(world.gateway.url, undefined);
  const named = session === undefined ? {} : { headers: { "causeway-session": session } };
  const outcome = await client.ask({ model, conversation: { turns }, stream: false, ...named });
  client.close();
  expect(outcome.error).toBeUndefined();
  return outcome.headers.get("causeway-request-id") ?? "";
}

const placesOf = (model: string): string[] => world.server.journal.of(model).map(({ asked }) => nameOfKey(asked.key));

test.each([openaiSdk, anthropicSdk, connectJson].map((kind) => [kind.name, kind] as const))(
  "turns stay, by what was said first: %s",
  async (name, kind) => {
    const model = `stays-${name.split(" ")[0]}`;
    for (let nth = 1; nth <= 5; nth += 1) await turn(`one/${model}`, `a story for ${name}`, nth, kind);
    expect(new Set(placesOf(model)).size).toBe(1);
    expect(placesOf(model)).toHaveLength(5);
  },
);

test("other conversations go elsewhere", async () => {
  for (let nth = 1; nth <= 9; nth += 1) await turn("one/many", `story ${nth}`, 1);
  const places = placesOf("many");
  for (const key of ["key-1", "key-2", "key-3"]) expect(places.filter((place) => place === key)).toHaveLength(3);
});

test("the client's own name for a conversation says more than its words", async () => {
  for (let nth = 1; nth <= 4; nth += 1) await turn("one/named", `words ${nth}`, 1, openaiSdk, "session-7");
  expect(new Set(placesOf("named")).size).toBe(1);
});

test("a plan's turns stay with their provider, too, and its trail says so", async () => {
  const ids: string[] = [];
  for (let nth = 1; nth <= 4; nth += 1) ids.push(await turn("turns", "a planned story", nth));
  expect(new Set(placesOf("turns")).size).toBe(1);
  const rows = await Promise.all(ids.map((id) => world.gateway.ledger.row(id)));
  expect(new Set(rows.map(({ provider }) => provider)).size).toBe(1);
  expect(await Promise.all(ids.map(affinityOf))).toEqual([Affinity.NEW, Affinity.KEPT, Affinity.KEPT, Affinity.KEPT]);
});

test("without affinity the strategy decides each time", async () => {
  const ids: string[] = [];
  for (let nth = 1; nth <= 4; nth += 1) ids.push(await turn("free", "a free story", nth));
  const rows = await Promise.all(ids.map((id) => world.gateway.ledger.row(id)));
  expect(rows.map(({ provider }) => provider)).toEqual(["one", "two", "one", "two"]);
});

test("when its credential cools down the conversation moves, and stays there", async () => {
  const opening = "a moving story";
  await turn("one/moves", opening, 1);
  const [first = ""] = placesOf("moves");
  world.book.on(
    "moves",
    byKey({ [first]: refused(429, { type: "rate_limit_error", headers: { "retry-after": "60" } }) }),
  );
  await turn("one/moves", opening, 2);
  world.book.on("moves", answered);
  for (let nth = 3; nth <= 5; nth += 1) await turn("one/moves", opening, nth);
  const [, refusedAt, ...rest] = placesOf("moves");
  expect(refusedAt).toBe(first);
  expect(new Set(rest).size).toBe(1);
  expect(rest).not.toContain(first);
});

test("its trail says that it moved, when it could not even try to stay", async () => {
  await turn("one/off", "a story switched off", 1);
  const [name = ""] = placesOf("off");
  await world.setCredential("one", name, CredentialAction.DISABLE);
  const moved = await turn("one/off", "a story switched off", 2);
  await world.setCredential("one", name, CredentialAction.ENABLE);
  expect(placesOf("off")[1]).not.toBe(name);
  expect(await affinityOf(moved)).toBe(Affinity.MOVED);
});

const affinityOf = async (id: string): Promise<Affinity | undefined> => (await world.explainId(id)).affinity;
