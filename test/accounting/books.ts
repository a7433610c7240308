import { type ChatMessage, isChatCompletionBody, LLMock } from "@copilotkit/aimock";
import type { Asked } from "../faults/script.ts";
import { type FaultServer, nameOfKey, startFaultServer } from "../faults/server.ts";
import { randomOf } from "../soak/random.ts";
import { type Asking, type Fate, scriptOf } from "./fates.ts";
import { mockNames, type RawName, rawNames } from "./places.ts";
import { drawTokens, ToldTokens } from "./said.ts";
import { noTokens, type Tokens } from "./tokens.ts";

/** The providers, each with its own books of what it was asked and what it has told. */

/** A request in a provider's books. */
export interface Entry {
  /** The call's id, which stands in its prompt. */
  readonly call: string;
  /** "provider/model". */
  readonly place: string;
  /** The name of the key that was shown. undefined: it has just one. */
  readonly key: string | undefined;
  /** "whole": all of an answer or of a refusal went out. "left": the gateway was gone before. */
  readonly ended: "whole" | "broken" | "left";
  /** The tokens that it has told by then. undefined: none. */
  readonly told: Tokens | undefined;
}

export interface Providers {
  readonly mockUrl: string;
  readonly rawUrls: Readonly<Record<RawName, string>>;
  /** Requests in the order in which each provider got them. */
  entries(): Entry[];
  /** Resolves when a provider has been asked for the call; of the mock it is not said. */
  asked(call: string): Promise<unknown>;
  /** The call's client has heard some of the answer. */
  heard(call: string): void;
  /** Requests that run. */
  running(): number;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Stands in every prompt. */
const callIn = (prompt: string): string => /call-\d+-\d+/.exec(prompt)?.[0] ?? "";

/** Promises by name, made when somebody first speaks of them. */
function createSignals() {
  const all = new Map<string, PromiseWithResolvers<void>>();
  return (name: string): PromiseWithResolvers<void> => {
    const signal = all.get(name) ?? Promise.withResolvers<void>();
    all.set(name, signal);
    return signal;
  };
}

/** Counts how often each name came before. */
function createCounter(): (name: string) => number {
  const counts = new Map<string, number>();
  return (name) => {
    const count = counts.get(name) ?? 0;
    counts.set(name, count + 1);
    return count;
  };
}

export async function startProviders(seed: number, fateOf: (call: string) => Fate): Promise<Providers> {
  const signal = createSignals();
  const mock = await startMock(seed, fateOf);
  const startRaw = (place: RawName): Promise<FaultServer> => {
    const before = createCounter();
    return startFaultServer({
      script(asked) {
        const call = callIn(asked.prompt);
        const nth = before(`${call} ${asked.model}`);
        const random = randomOf(seed, place, call, nth);
        const asking: Asking = {
          ...{ place, nth, random },
          tokens: drawTokens(random, asked),
          askedAt: (other) => signal(`${other} was asked for ${call}`).promise,
          heard: signal(`${call} was heard`).promise,
        };
        signal(`${place} was asked for ${call}`).resolve();
        signal(`${call} was asked`).resolve();
        return scriptOf(fateOf(call), asked, asking);
      },
    });
  };
  const [north, south, west] = await Promise.all([startRaw("north"), startRaw("south"), startRaw("west")]);
  const servers = { north, south, west };
  const entriesOf = (name: RawName): Entry[] =>
    servers[name].journal.seen.map(({ asked, outcome, told }) => {
      const tokens = told instanceof ToldTokens ? told : undefined;
      return {
        call: callIn(asked.prompt),
        place: `${name}/${asked.model}`,
        key: keyOf(asked),
        ended: outcome === "left" ? "left" : outcome === "answered" && tokens?.isAll !== false ? "whole" : "broken",
        told: tokens?.tokens,
      };
    });
  return {
    mockUrl: mock.url,
    rawUrls: { north: north.url, south: south.url, west: west.url },
    entries: () => [...mock.entries(), ...rawNames.flatMap(entriesOf)],
    asked: (call) => signal(`${call} was asked`).promise,
    heard: (call) => signal(`${call} was heard`).resolve(),
    running: () =>
      Object.values(servers).reduce(
        (sum, { journal }) => sum + journal.seen.filter(({ outcome }) => outcome === "running").length,
        0,
      ),
    async [Symbol.asyncDispose]() {
      await Promise.all([mock.stop(), ...Object.values(servers).map((server) => server.stop())]);
    },
  };
}

const keyOf = ({ key }: Asked): string => nameOfKey(key);

const textIn = ({ content }: ChatMessage): string =>
  typeof content === "string" ? content : (content ?? []).map(({ text = "" }) => text).join("");

/** What others wrote tells how often it was asked; what it was told to say is noted as it is asked for it. */
async function startMock(seed: number, fateOf: (call: string) => Fate) {
  const mock = new LLMock({ port: 0, host: "127.0.0.1", chunkSize: 24, journalMaxEntries: 0 });
  const notes = new Map<string, { status: number; told: Tokens | undefined }[]>();
  const before = createCounter();
  mock.on({ model: /./ }, ({ model, messages, embeddingInput }) => {
    const call = callIn(embeddingInput ?? messages.map(textIn).join("\n"));
    const name = `${call} ${model}`;
    const nth = before(name);
    const status = fateOf(call).status?.(model, nth);
    const noted = notes.get(name) ?? [];
    notes.set(name, noted);
    if (status !== undefined) {
      noted.push({ status, told: undefined });
      return { error: { message: `The mock says ${status}`, type: "api_error" }, status };
    }
    if (embeddingInput !== undefined) {
      noted.push({ status: 200, told: noTokens }); // it tells 0 of all vectors
      return { embedding: [0.25, 1] };
    }
    const random = randomOf(seed, name, nth);
    const inputTokens = Math.floor(random.between(1, 9000));
    const outputTokens = Math.floor(random.between(1, 3000));
    noted.push({ status: 200, told: { inputTokens, outputTokens } });
    return {
      content: `The mock's answer to ${call}, which is as long as it is.`,
      usage: { prompt_tokens: inputTokens, completion_tokens: outputTokens },
    };
  });
  await mock.start();
  const entries = (): Entry[] => {
    const nth = createCounter();
    return mock.getRequests().flatMap(({ method, body, response }): Entry[] => {
      if (method !== "POST" || !isChatCompletionBody(body)) return [];
      const call = callIn(body.embeddingInput ?? body.messages.map(textIn).join("\n"));
      const name = `${call} ${body.model}`;
      const note = notes.get(name)?.[nth(name)];
      if (note?.status !== response.status) throw new Error(`the mock's journal is at odds with the notes on ${name}`);
      const provider = mockNames.find((one) => body.model.startsWith(`${one.replace("mock-", "")}-`)) ?? "";
      const ended = response.interrupted === true ? "left" : "whole";
      return [{ call, place: `${provider}/${body.model}`, key: undefined, ended, told: note.told }];
    });
  };
  return { url: mock.url, entries, stop: () => mock.stop() };
}
