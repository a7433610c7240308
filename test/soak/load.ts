import { setTimeout as pause } from "node:timers/promises";
import { textFor } from "../faults/script.ts";
import { anthropicSdk } from "../scenarios/clients/anthropic-sdk.ts";
import type { Client, ClientKind } from "../scenarios/clients/client.ts";
import { connectNode, connectWeb } from "../scenarios/clients/connect-clients.ts";
import { connectJson } from "../scenarios/clients/connect-json.ts";
import { openaiSdk } from "../scenarios/clients/openai-sdk.ts";
import type { Outcome } from "../scenarios/conversation.ts";
import { planNames, requestLimitMs } from "./providers.ts";
import { randomOf } from "./random.ts";
import { rawHttp } from "./raw-client.ts";

/** One request of a soak, as its client saw it. */
export interface Told {
  /** Its x-request-id, and its prompt. */
  readonly id: string;
  readonly client: string;
  /** "left": it did not wait for the end, or had too little time for it. */
  readonly outcome: "answered" | "failed" | "left";
  /** Of one that failed. */
  readonly code: string;
  readonly tookMs: number;
  /** By when it had to be over. */
  readonly limitMs: number;
  /** What was wrong with what it was told. undefined: nothing. */
  readonly wrong: string | undefined;
}

/** As many of each as share the load: the first half of them is OpenAI's. */
const kinds: readonly ClientKind[] = [
  openaiSdk,
  openaiSdk,
  openaiSdk,
  rawHttp,
  rawHttp,
  connectNode,
  connectNode,
  connectJson,
  connectWeb,
  anthropicSdk,
];
/** Clients of a kind: those that hold one connection for all of their requests get several. */
const clientsOfAKind = 6;

const shareOfLeavers = 0.1;
const shareOfHasty = 0.1;
const longestStayMs = 300;

export interface Load {
  readonly told: readonly Told[];
  /** Requests that have begun. */
  begun(): number;
  /** Keeps so many requests going until it is stopped. Resolves when the last has ended. */
  run(until: AbortSignal): Promise<void>;
  close(): void;
}

export function createLoad(url: string, seed: number, concurrency: number): Load {
  const clients = new Map(
    [...new Set(kinds)].map((kind): [ClientKind, Client[]] => [
      kind,
      Array.from({ length: clientsOfAKind }, () => kind.connect(url, undefined)),
    ]),
  );
  const told: Told[] = [];
  let begun = 0;
  const worker = async (until: AbortSignal): Promise<void> => {
    while (!until.aborted) {
      begun += 1;
      told.push(await ask(clients, seed, `soak-${seed}-${begun}`));
    }
  };
  return {
    told,
    begun: () => begun,
    async run(until) {
      await Promise.all(Array.from({ length: concurrency }, () => worker(until)));
    },
    close() {
      for (const client of [...clients.values()].flat()) client.close();
    },
  };
}

async function ask(clients: ReadonlyMap<ClientKind, readonly Client[]>, seed: number, id: string): Promise<Told> {
  const random = randomOf(seed, id);
  const kind = random.pick(kinds);
  const client = random.pick(clients.get(kind) ?? []);
  const stays = random.between(0, longestStayMs);
  const leaves = random.happens(shareOfLeavers);
  const isHasty = !leaves && kind.sendsDeadline && random.happens(shareOfHasty);
  const leaving = new AbortController();
  const ended = new AbortController();
  if (leaves)
    void pause(stays, undefined, { signal: ended.signal }).then(
      () => leaving.abort(),
      () => {},
    );
  const from = performance.now();
  const outcome = await client.ask({
    model: random.pick(planNames),
    conversation: { turns: [{ role: "user", text: id }] },
    stream: random.happens(0.6),
    headers: { "x-request-id": id },
    signal: leaving.signal,
    ...(isHasty ? { timeoutMs: Math.ceil(stays) + 20 } : {}),
  });
  const tookMs = performance.now() - from;
  ended.abort();
  const hasLeft = leaving.signal.aborted;
  return {
    id,
    client: kind.name,
    outcome: outcome.error === undefined ? "answered" : hasLeft || isHasty ? "left" : "failed",
    code: outcome.error?.code ?? "",
    tookMs,
    limitMs: leaves ? stays : isHasty ? stays + 20 : requestLimitMs,
    wrong: faultOf(outcome, id, hasLeft, kind),
  };
}

/** A client is told the whole of its own answer, or its beginning and why there is no more. */
function faultOf({ text, error }: Outcome, id: string, hasLeft: boolean, kind: ClientKind): string | undefined {
  const whole = textFor({ prompt: id });
  if (error === undefined) return text === whole ? undefined : `it was answered with ${JSON.stringify(text)}`;
  if (hasLeft) return undefined;
  // an endless answer repeats its first piece
  if (!whole.startsWith(text) && !isEndless(text, whole))
    return `it was told ${JSON.stringify(text)}, and then ${error.code}`;
  if (error.code === "" && error.status === 0 && kind.errors !== "status")
    return `it was cut off without an error: ${error.message}`;
  return undefined;
}

const isEndless = (text: string, whole: string): boolean => text.startsWith(whole.slice(0, 6).repeat(2));
