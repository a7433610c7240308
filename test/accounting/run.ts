import { createClient, type Interceptor } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { vi } from "vitest";
import { AdminService } from "../../gen/causeway/admin/v1/admin_pb.ts";
import { type RequestRow, StatsService, type Trail } from "../../gen/causeway/stats/v1/stats_pb.ts";
import type { Outcome } from "../scenarios/conversation.ts";
import { createGatewayFolder } from "../scenarios/gateway-process.ts";
import { type Entry, type Providers, startProviders } from "./books.ts";
import type { Planned } from "./mix.ts";
import { accessKeys, configFor, mockModels, rawModels } from "./places.ts";
import type { Way } from "./ways.ts";

/** A call, and what its client was told. */
export interface Told {
  readonly planned: Planned;
  readonly outcome: Outcome;
}

/** All that anybody knows of the calls, when the last is over. */
export interface Evidence {
  readonly told: readonly Told[];
  /** What the providers know. */
  readonly entries: readonly Entry[];
  /** What the ledger knows, newest first. */
  readonly rows: readonly RequestRow[];
  /** By the row's id. */
  readonly trails: ReadonlyMap<string, Trail>;
}

/** What came of a request that is no call. */
export interface Stranger {
  readonly name: string;
  readonly status: number;
  /** As which it was booked. */
  readonly id: string | null;
}

export interface Accounting extends Evidence {
  /** What was told to who watched, since one of the first calls. */
  readonly watched: readonly RequestRow[];
  readonly strangers: readonly Stranger[];
  /** What the gateway wrote: problems alone. */
  readonly output: string;
  /** The ledger's file. */
  readonly store: string;
  readonly stats: StatsClient;
  /** The text of /metrics. */
  readonly metrics: string;
  [Symbol.asyncDispose](): Promise<void>;
}

const atATime = 32;

const showKey: Interceptor = (next) => (request) => {
  request.header.set("authorization", `Bearer ${accessKeys[0]}`);
  return next(request);
};

const transportTo = (url: string) =>
  createConnectTransport({ baseUrl: url, httpVersion: "1.1", interceptors: [showKey] });
const statsAt = (url: string) => createClient(StatsService, transportTo(url));
export type StatsClient = ReturnType<typeof statsAt>;

/** Makes the calls at a gateway that runs as its users run it, and gathers what is known of them. */
export async function account(seed: number, calls: readonly Planned[]): Promise<Accounting> {
  await using started = new AsyncDisposableStack();
  const fates = new Map(calls.map(({ id, fate }) => [id, fate]));
  const providers = started.use(
    await startProviders(seed, (call) => {
      const fate = fates.get(call);
      if (fate === undefined) throw new Error(`a provider was asked for "${call}", which is no call`);
      return fate;
    }),
  );
  const folder = started.use(await createGatewayFolder(configFor(providers.mockUrl, providers.rawUrls)));
  const gateway = await folder.start();
  const { url } = gateway;
  const stats = statsAt(url);
  const watched: RequestRow[] = [];
  const watching = new AbortController();
  const watch = watchRows(stats, watched, watching.signal);

  const strangers = await makeStrangers(url);
  const first = calls.slice(0, mockModels.length + rawModels.length);
  const told = await makeCalls(url, first, 1, providers);
  await until(() => watched.length > 0, "nobody is told of rows as they settle");
  told.push(...(await makeCalls(url, calls.slice(first.length), atATime, providers)));
  const admin = createClient(AdminService, transportTo(url));
  await until(
    async () => (await admin.getStatus({})).inFlight + providers.running() === 0,
    "there are exchanges that do not end",
  );

  const rows = await listAll(stats);
  const last = new Set(rows.slice(0, calls.length - first.length).map(({ id }) => id));
  await until(() => last.isSubsetOf(new Set(watched.map(({ id }) => id))), "who watches was not told of all rows");
  watching.abort();
  await watch;
  const evidence = { told, rows, entries: providers.entries(), trails: await trailsOf(stats, rows) };
  const headers = { authorization: `Bearer ${accessKeys[0]}` };
  const metrics = await (await fetch(`${url}/metrics`, { headers })).text();
  const { store } = folder;
  const running = started.move();
  return {
    ...evidence,
    ...{ stats, watched, strangers, metrics, store },
    output: gateway.output(),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** `otherwise`: what it means when it never holds. */
const until = (holds: () => boolean | Promise<boolean>, otherwise: string): Promise<void> =>
  vi.waitFor(
    async () => {
      if (!(await holds())) throw new Error(otherwise);
    },
    { timeout: 20_000, interval: 20 },
  );

/** `most`: at a time. */
async function makeCalls(url: string, calls: readonly Planned[], most: number, providers: Providers): Promise<Told[]> {
  const clients = new Map<string, ReturnType<Way["connect"]>>();
  const told: Told[] = [];
  const waiting = calls.values();
  const work = async (): Promise<void> => {
    for (const planned of waiting) {
      const { way, key } = planned;
      const name = `${way.name} ${key}`;
      const client = clients.get(name) ?? way.connect(url, key);
      clients.set(name, client);
      told.push({ planned, outcome: await makeCall(client, planned, providers) });
    }
  };
  await Promise.all(Array.from({ length: most }, work));
  for (const client of clients.values()) client.close();
  return told;
}

async function makeCall(client: ReturnType<Way["connect"]>, planned: Planned, providers: Providers): Promise<Outcome> {
  const { id, fate, stream, model, prompt, tags, endUser, session } = planned;
  const leaving = new AbortController();
  if (fate.leaves === "asked") void providers.asked(id).then(() => leaving.abort());
  return client.ask({
    ...{ model, prompt, stream, endUser },
    conversation: { turns: [] },
    headers: {
      "x-request-id": id,
      ...(tags.length > 0 && { "x-causeway-tags": tags.join(", ") }),
      ...(session !== "" && { "causeway-session": session }),
      ...(fate.strict === true && { "causeway-strict": "true" }),
    },
    signal: leaving.signal,
    ...(fate.timeoutMs !== undefined && { timeoutMs: fate.timeoutMs }),
    onText: () => {
      providers.heard(id);
      if (fate.leaves === "heard") leaving.abort();
    },
  });
}

/** What asks no provider, and is in no books. */
async function makeStrangers(url: string): Promise<Stranger[]> {
  const model = "mock-chat/chat-priced";
  const chat = JSON.stringify({ model, messages: [{ role: "user", content: "Hello" }] });
  const post = (body: string, key = accessKeys[0]): RequestInit => ({
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${key}` },
    body,
  });
  const requests: readonly (readonly [name: string, path: string, request: RequestInit])[] = [
    ["shows a wrong key", "/v1/chat/completions", post(chat, "ck-of-nobody-0123456789")],
    ["is no JSON", "/v1/chat/completions", post('{"model":')],
    ["names no model", "/v1/messages", post("{}")],
    ["counts tokens", "/v1/messages/count_tokens", post(chat)],
    ["goes nowhere", "/v1/nowhere", post(chat)],
    ["asks for the models", "/v1/models", { headers: { authorization: `Bearer ${accessKeys[1]}` } }],
  ];
  return Promise.all(
    requests.map(async ([name, path, request]) => {
      const { status, headers } = await fetch(url + path, request);
      return { name, status, id: headers.get("causeway-request-id") };
    }),
  );
}

async function watchRows(stats: StatsClient, watched: RequestRow[], signal: AbortSignal): Promise<void> {
  try {
    for await (const { request } of stats.watchRequests({}, { signal }))
      if (request !== undefined) watched.push(request);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

async function listAll(stats: StatsClient): Promise<RequestRow[]> {
  const rows: RequestRow[] = [];
  for (let pageToken: string | undefined; pageToken !== ""; ) {
    const page = await stats.listRequests({ pageSize: 200, ...(pageToken !== undefined && { pageToken }) });
    rows.push(...page.requests);
    pageToken = page.nextPageToken;
  }
  return rows;
}

async function trailsOf(stats: StatsClient, rows: readonly RequestRow[]): Promise<Map<string, Trail>> {
  const trails = new Map<string, Trail>();
  const waiting = rows.values();
  const work = async (): Promise<void> => {
    for (const { id } of waiting) {
      const { trail } = await stats.explainRequest({ id });
      if (trail !== undefined) trails.set(id, trail);
    }
  };
  await Promise.all(Array.from({ length: 8 }, work));
  return trails;
}
