import {
  AdminService,
  type Breaker,
  type Credential,
  type CredentialAction,
} from "../../gen/causeway/admin/v1/admin_pb.ts";
import { AttemptOutcome, StatsService, type Trail } from "../../gen/causeway/stats/v1/stats_pb.ts";
import type { ClientKind } from "../scenarios/clients/client.ts";
import type { Outcome } from "../scenarios/conversation.ts";
import { type ConfigFile, type RunningGateway, startGateway } from "../scenarios/gateway.ts";
import { call } from "../scenarios/rpc.ts";
import { answered, type Script } from "./script.ts";
import { type FaultServer, nameOfKey, startFaultServer } from "./server.ts";

/** Which script a request gets: by its model, the n-th request the n-th script, and from then on the last. */
export interface ScriptBook {
  on(model: string, ...scripts: readonly Script[]): void;
  readonly script: Script;
}

export function createScriptBook(): ScriptBook {
  const scripts = new Map<string, readonly Script[]>();
  const counts = new Map<string, number>();
  return {
    on(model, ...all) {
      scripts.set(model, all);
      counts.delete(model);
    },
    script(asked) {
      const count = counts.get(asked.model) ?? 0;
      counts.set(asked.model, count + 1);
      const all = scripts.get(asked.model) ?? [];
      return (all[count] ?? all.at(-1) ?? answered)(asked);
    },
  };
}

/** By the name of the key that is shown. */
export const byKey =
  (scripts: Readonly<Record<string, Script>>, otherwise: Script = answered): Script =>
  (asked) =>
    (scripts[nameOfKey(asked.key)] ?? otherwise)(asked);

/** A gateway, and a faulty server in which all of its providers are. */
export interface FaultWorld {
  readonly gateway: RunningGateway;
  readonly server: FaultServer;
  readonly book: ScriptBook;
  ask(kind: ClientKind, model: string, ask?: AskOptions): Promise<Outcome>;
  credentials(provider: string): Promise<Credential[]>;
  setCredential(provider: string, name: string, action: CredentialAction): Promise<void>;
  breakers(): Promise<Breaker[]>;
  /** How the only request for this name came to its answer. */
  explain(alias: string): Promise<Trail>;
  /** The same by the row's id. */
  explainId(id: string): Promise<Trail>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface AskOptions {
  readonly stream?: boolean;
  readonly prompt?: string;
  readonly signal?: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
  readonly onText?: (text: string) => void;
}

/** Quick to try again, and never tired of it, unless a test says otherwise. */
const routing = { retries: 0, backoff: { first: "1ms", most: "5ms" }, breaker: { window: "1h", min_requests: 1000 } };

/** `configure`: what stands in the configuration, of the server's address. */
export async function startWorld(configure: (url: string) => ConfigFile): Promise<FaultWorld> {
  const book = createScriptBook();
  const server = await startFaultServer({ script: book.script });
  const gateway = await startGateway({ routing, ...configure(server.url) });
  const { url, ledger } = gateway;
  const { listCredentials, setCredentialState, listBreakers } = AdminService.method;
  const explainId = async (id: string): Promise<Trail> => {
    const { trail } = await call(url, undefined, StatsService.method.explainRequest, { id });
    if (trail === undefined) throw new Error(`the row ${id} has no trail`);
    return trail;
  };
  return {
    gateway,
    server,
    book,
    async ask(kind, model, { stream = false, prompt = model, ...more } = {}) {
      const client = kind.connect(url, undefined);
      const outcome = await client.ask({
        model,
        conversation: { turns: [{ role: "user", text: prompt }] },
        stream,
        ...more,
      });
      client.close();
      return outcome;
    },
    credentials: async (provider) => (await call(url, undefined, listCredentials, { provider })).credentials,
    async setCredential(provider, name, action) {
      await call(url, undefined, setCredentialState, { provider, name, action });
    },
    breakers: async () => (await call(url, undefined, listBreakers, {})).breakers,
    async explain(alias) {
      const [row] = await ledger.waitForRows(alias, 1);
      return explainId(row?.id ?? "");
    },
    explainId,
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** The attempts of a trail, each as "target credential: what became of it". */
export const attemptsOf = ({ steps }: Trail): string[] =>
  steps.flatMap(({ kind }) => {
    if (kind.case !== "attempt") return [];
    const { target, credential, outcome, errorCode, hedge } = kind.value;
    const became = outcome === AttemptOutcome.FAILED ? errorCode : (outcomeWords.get(outcome) ?? "running");
    return [`${target} ${credential}: ${hedge ? "hedge, " : ""}${became}`];
  });

const outcomeWords: ReadonlyMap<AttemptOutcome, string> = new Map([
  [AttemptOutcome.ANSWERED, "answered"],
  [AttemptOutcome.LEFT, "left"],
]);
