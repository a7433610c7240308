import { afterAll, beforeAll, expect, test } from "vitest";
import { Status } from "../../gen/causeway/stats/v1/stats_pb.ts";
import { connectJson } from "../scenarios/clients/connect-json.ts";
import { openaiSdk } from "../scenarios/clients/openai-sdk.ts";
import { failureFor } from "../scenarios/expectation.ts";
import type { ConfigFile } from "../scenarios/gateway.ts";
import { endless } from "./faults.ts";
import { chunk, hold, partsFor, refused, type Script, streamHead, write } from "./script.ts";
import { providerAt } from "./server.ts";
import { type FaultWorld, startWorld } from "./world.ts";

/** The time that a call has is all that it has, whatever the gateway does within it. */

const limitMs = 300;
/** What a busy machine may need to notice, and to say so. */
const latestMs = limitMs + 3000;

interface Delay {
  readonly name: string;
  readonly first: Script;
  readonly second?: Script;
  readonly target?: ConfigFile;
  readonly hedge?: string;
  /** Whether some of the answer was told by then. */
  readonly begun?: boolean;
  readonly attempts: number;
}

const silent: Script = () => [hold()];
const opened: Script = (asked) => [write(streamHead), write(chunk(partsFor(asked).opening)), hold()];

const delays: readonly Delay[] = [
  { name: "a silence", first: silent, attempts: 1 },
  { name: "a stream that opens, and says no more", first: opened, attempts: 1 },
  { name: "a stream that never ends", first: endless, begun: true, attempts: 1 },
  { name: "a second place that is silent", first: refused(500, { type: "x" }), second: silent, attempts: 2 },
  { name: "a hedge in which both are silent", first: silent, second: silent, hedge: "20ms", attempts: 2 },
  {
    name: "a timeout, and another silence",
    first: silent,
    second: silent,
    target: { timeout: "100ms" },
    attempts: 2,
  },
];

let world: FaultWorld;
beforeAll(async () => {
  world = await startWorld((url) => {
    const models: Record<string, ConfigFile> = {};
    delays.forEach(({ second, target, hedge }, at) => {
      for (const kind of ["o", "c"]) {
        const name = `delay-${at}-${kind}`;
        const targets: ConfigFile[] = [{ model: `one/${name}-a`, ...target }];
        if (second !== undefined) targets.push({ model: `two/${name}-b` });
        models[name] = { targets, affinity: false, ...(hedge === undefined ? {} : { hedge }) };
      }
    });
    const one = providerAt(url);
    return { providers: { one, two: one, limited: one }, models, timeouts: { request: `${limitMs}ms` } };
  });
});
afterAll(() => world[Symbol.asyncDispose]());

test.for(
  delays.flatMap((delay, at) => [
    [delay.name, delay, openaiSdk, `delay-${at}-o`] as const,
    [delay.name, delay, connectJson, `delay-${at}-c`] as const,
  ]),
)("ends %s", async ([, { first, second, begun = false, attempts }, kind, name]) => {
  const { book, server, gateway } = world;
  book.on(`${name}-a`, first);
  if (second !== undefined) book.on(`${name}-b`, second);
  const from = performance.now();
  const { error, text } = await world.ask(kind, name, { stream: true });
  expect(performance.now() - from).toBeLessThan(latestMs);
  expect(error).toMatchObject(failureFor(kind, begun ? 0 : 504, 4, "deadline_exceeded"));
  expect(text !== "").toBe(begun);
  const [row] = await gateway.ledger.waitForRows(name, 1);
  expect(row).toMatchObject({ status: Status.ERROR, errorCode: "deadline_exceeded", attempts });
  await server.journal.until((seen) => seen.every(({ outcome }) => outcome !== "running"));
  expect(gateway.inFlight()).toBe(0);
});

test("a limit that lasts longer than the call may is not waited for", async () => {
  world.book.on("limited", refused(429, { type: "rate_limit_error", headers: { "retry-after": "5" } }));
  const { error, headers } = await world.ask(openaiSdk, "limited/limited");
  expect(error).toMatchObject({ status: 429 });
  expect(headers.get("retry-after")).toBe("5");
  const [row] = await world.gateway.ledger.waitForRows("limited/limited", 1);
  expect(row).toMatchObject({ errorCode: "rate_limited", attempts: 1 });
});
