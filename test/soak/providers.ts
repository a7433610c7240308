import { setTimeout as pause } from "node:timers/promises";
import { earlyFaults, endless, lateFaults } from "../faults/faults.ts";
import type { Seen } from "../faults/journal.ts";
import { answered, hold, type Script, type Step } from "../faults/script.ts";
import { type FaultServer, providerAt, startFaultServer } from "../faults/server.ts";
import { type Random, randomOf } from "./random.ts";

/** The providers of a soak: what they do is drawn for each request by its prompt, its place and its number. */

const providerNames = ["north", "south", "west"] as const;
type ProviderName = (typeof providerNames)[number];

export interface SoakProviders {
  readonly servers: readonly FaultServer[];
  /** What they saw, by prompt. */
  seen(): ReadonlyMap<string, readonly Seen[]>;
  /** Connections that were broken before anything was read. */
  resetCount(): number;
  [Symbol.asyncDispose](): Promise<void>;
}

/** All but those that the gateway passes on to some clients as they are. */
const streamFaults = [...earlyFaults(true), ...lateFaults].filter(({ inEvents }) => inEvents !== true);
const wholeFaults = earlyFaults(false);

const shareOfEndless = 0.01;
const shareOfResets = 0.003;

export async function startProviders(seed: number, faults: number): Promise<SoakProviders> {
  const servers = await Promise.all(
    providerNames.map((name) => {
      const counts = new Map<string, number>();
      const connections = randomOf(seed, name);
      return startFaultServer({
        resets: () => connections.happens(shareOfResets * Math.sign(faults)),
        script: (asked) => {
          const count = counts.get(asked.prompt) ?? 0;
          counts.set(asked.prompt, count + 1);
          const random = randomOf(seed, name, asked.prompt, count);
          return scriptFor(random, faults, asked.stream)({ ...asked, released: Promise.resolve() });
        },
      });
    }),
  );
  return {
    servers,
    seen: () =>
      Map.groupBy(
        servers.flatMap(({ journal }) => journal.seen),
        ({ asked }) => asked.prompt,
      ),
    resetCount: () => servers.reduce((sum, server) => sum + server.resetCount(), 0),
    async [Symbol.asyncDispose]() {
      await Promise.all(servers.map((server) => server.stop()));
    },
  };
}

function scriptFor(random: Random, faults: number, stream: boolean): Script {
  if (!random.happens(faults)) return paced(random, answered);
  if (stream && random.happens(shareOfEndless)) return endless;
  return random.pick(stream ? streamFaults : wholeFaults).script;
}

/** With a time to think, and one to take breath. */
const paced =
  (random: Random, script: Script): Script =>
  (asked) => {
    const [first, ...rest] = script(asked);
    const think: Step = hold(pause(random.between(0, 40)));
    const breath: Step = hold(pause(random.between(0, 90)));
    return first === undefined ? [] : [think, first, breath, ...rest];
  };

const placeOf = (name: ProviderName) => ({ model: `${name}/m`, timeout: "500ms" });
const everywhere = providerNames.map(placeOf);

export const planNames = ["fall", "turns", "chance", "quick", "idle", "hedged", "alone"] as const;

/** How long the gateway gives a call. */
export const requestLimitMs = 5000;

/** causeway.yaml. */
export function configFor(servers: readonly FaultServer[]): object {
  const entries = providerNames.map((name, at) => [
    name,
    providerAt(servers[at]?.url ?? "", {
      dialect: name === "west" ? "anthropic" : "openai-chat",
      keys: [1, 2, 3, 4].map((nth) => ({ key: `sk-${name}-${nth}-0123456789abcdef`, name: `${name}-${nth}` })),
      rotation: name === "north" ? "sequential" : "balanced",
    }),
  ]);
  const models: Record<(typeof planNames)[number], object> = {
    fall: { targets: everywhere },
    turns: { strategy: "round-robin", targets: everywhere },
    chance: { strategy: "weighted", targets: everywhere.map((target, at) => ({ ...target, weight: at + 1 })) },
    quick: { strategy: "least-latency", targets: everywhere },
    idle: { strategy: "least-busy", targets: everywhere },
    hedged: { strategy: "round-robin", targets: everywhere, hedge: "60ms" },
    alone: { targets: [placeOf("north")] },
  };
  return {
    providers: Object.fromEntries(entries),
    models,
    timeouts: { request: `${requestLimitMs}ms`, connect: "1s", idle: "1s" },
    routing: {
      retries: 1,
      backoff: { first: "5ms", most: "50ms" },
      breaker: { window: "5s", min_requests: 20, failure_rate: 0.7, open: "500ms" },
    },
    log: { level: "warn" },
    shutdown: { grace: "5s" },
  };
}
