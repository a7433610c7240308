import { anthropicSdk } from "../scenarios/clients/anthropic-sdk.ts";
import type { ClientKind } from "../scenarios/clients/client.ts";
import { connectJson } from "../scenarios/clients/connect-json.ts";
import { openaiSdk } from "../scenarios/clients/openai-sdk.ts";
import type { ConfigFile } from "../scenarios/gateway.ts";
import { earlyFaults, type Fault, lateFaults } from "./faults.ts";
import { answered, type Script } from "./script.ts";
import { keyNamed, providerAt } from "./server.ts";

/** What the gateway may do about a fault. */
export interface Situation {
  readonly name: string;
  readonly keys: readonly string[];
  /** Whether there is a second place. */
  readonly hasOther: boolean;
  readonly retries: number;
  readonly isHedged?: boolean;
  /** What the first place does, request by request. */
  scripts(fault: Fault): readonly Script[];
}

const situations = {
  fallback: {
    name: "another provider",
    keys: ["key-1"],
    hasOther: true,
    retries: 0,
    scripts: ({ script }) => [script],
  },
  rotation: {
    name: "another credential",
    keys: ["key-1", "key-2"],
    hasOther: false,
    retries: 1,
    scripts: ({ script }) => [script, answered],
  },
  recovery: {
    name: "a single target that recovers",
    keys: ["key-1"],
    hasOther: false,
    retries: 2,
    scripts: ({ script }) => [script, script, answered],
  },
  failure: {
    name: "a single target that never does",
    keys: ["key-1"],
    hasOther: false,
    retries: 1,
    scripts: ({ script }) => [script],
  },
  hedge: {
    name: "a hedge",
    keys: ["key-1"],
    hasOther: true,
    retries: 0,
    isHedged: true,
    scripts: ({ script }) => [script],
  },
} satisfies Record<string, Situation>;

/** One fault in one situation, asked for in one way. */
export interface Case {
  /** The name to ask for; of its places, the models and providers begin with it. */
  readonly id: string;
  readonly fault: Fault;
  readonly situation: Situation;
  readonly client: ClientKind;
  readonly stream: boolean;
  readonly dialect: "openai-chat" | "anthropic";
}

type Way = Pick<Case, "situation" | "client" | "dialect">;

const ways: readonly Way[] = [
  ...Object.values(situations).map((situation) => ({ situation, client: openaiSdk, dialect: "openai-chat" }) as const),
  { situation: situations.fallback, client: connectJson, dialect: "openai-chat" },
  { situation: situations.failure, client: connectJson, dialect: "openai-chat" },
  { situation: situations.fallback, client: openaiSdk, dialect: "anthropic" },
  { situation: situations.failure, client: anthropicSdk, dialect: "anthropic" },
];

/** Without those that the gateway passes on as they are. */
const readableBy = <T extends Fault>({ client, dialect }: Way, faults: readonly T[]): readonly T[] =>
  faults.filter(({ inEvents }) => inEvents !== true || client.clientDialect !== dialect);

export const earlyCases: readonly Case[] = ways.flatMap((way, at) =>
  [true, false].flatMap((stream) =>
    readableBy(way, earlyFaults(stream)).map((fault, nth) => ({
      ...way,
      stream,
      fault,
      id: `early-${at}-${stream ? "s" : "w"}${nth}`,
    })),
  ),
);

/** What is measured by a clock that ticks once a second is looked at once for each client. */
export const lateCases: readonly Case[] = ways.flatMap((way, at) =>
  readableBy(way, lateFaults)
    .filter(({ slow }) => !slow || way.situation === situations.fallback || way.client === anthropicSdk)
    .map((fault, nth) => ({ ...way, stream: true, fault, id: `late-${at}-${nth}` })),
);

/** How long an answer may take to begin, where it never does. */
const patience = "150ms";
/** Late enough for a fault that is told at once, early for one that is a silence. */
const hedgeAfter = (stalls: boolean): string => (stalls ? "30ms" : "1s");

/** The places of a case, as "provider/model", and what configuration says of the name that stands for them. */
export function planOf({ id, situation, fault }: Case): {
  readonly places: readonly string[];
  readonly plan: ConfigFile;
} {
  const { hasOther, retries, isHedged = false } = situation;
  const { stalls = false } = fault;
  const first = `${id}-a/${id}-1`;
  const second = `${id}-b/${id}-2`;
  // a hedge has to come because of the silence, and not because patience was over
  const target = { model: first, retries, ...(stalls && !isHedged ? { timeout: patience } : {}) };
  const targets = hasOther ? [target, second] : [target];
  return {
    places: hasOther ? [first, second] : [first],
    plan: { targets, affinity: false, ...(isHedged ? { hedge: hedgeAfter(stalls) } : {}) },
  };
}

export function configOf(cases: readonly Case[], url: string): ConfigFile {
  const providers: Record<string, ConfigFile> = {};
  const models: Record<string, ConfigFile> = {};
  for (const one of cases) {
    const { id, situation, dialect } = one;
    const keys = situation.keys.map((name) => keyNamed(name));
    const shared = { dialect, rotation: "sequential", timeouts: { idle: "200ms" } };
    providers[`${id}-a`] = providerAt(url, { ...shared, keys });
    if (situation.hasOther) providers[`${id}-b`] = providerAt(url, { ...shared, keys: [keyNamed("key-b")] });
    models[id] = planOf(one).plan;
  }
  return { providers, models };
}

/** What has to come of a case in which no content was there. */
export interface Expectation {
  /** "provider/model". undefined: the fault is the last word. */
  readonly answeredBy: string | undefined;
  /** As `attemptsOf` gives them. */
  readonly attempts: readonly string[];
  /** The keys that each place has seen. */
  readonly keys: readonly (readonly string[])[];
  /** How often the fault was met. */
  readonly faultyTries: number;
}

export function expectationOf(one: Case): Expectation {
  const { fault, situation } = one;
  const { keys, hasOther, retries, scripts } = situation;
  const [first = "", second = ""] = planOf(one).places;
  const failed = (key: string): string => `${first} ${key}: ${fault.code}`;
  const isLeft = situation.isHedged === true && fault.stalls === true;
  if (fault.blame !== "client" && hasOther) {
    const attempts = isLeft
      ? [`${first} key-1: left`, `${second} key-b: hedge, answered`]
      : [failed("key-1"), `${second} key-b: answered`];
    return { answeredBy: second, attempts, keys: [["key-1"], ["key-b"]], faultyTries: 1 };
  }
  const [key = "", other = key] = keys;
  const otherKey = fault.blame === "credential" ? other : key; // one that is not at fault goes on to serve
  const tries = fault.blame === "client" ? 0 : fault.blame === "server" ? retries : keys.length - 1;
  const faulty = Math.min(tries + 1, scripts(fault).filter((script) => script !== answered).length);
  const met = scripts(fault).includes(answered) ? faulty : tries + 1;
  const recovers = scripts(fault).includes(answered) && tries >= met;
  const used = Array.from({ length: met }, (_, nth) => (nth === 0 ? key : otherKey));
  const attempts = used.map(failed);
  if (!recovers) return { answeredBy: undefined, attempts, keys: [used, []], faultyTries: met };
  return {
    answeredBy: first,
    attempts: [...attempts, `${first} ${otherKey}: answered`],
    keys: [[...used, otherKey], []],
    faultyTries: met,
  };
}
