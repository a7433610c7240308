import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, type ServiceImpl } from "@connectrpc/connect";
import {
  type AdminService,
  ConfigProblemSchema,
  CredentialAction,
  type GetStatusResponseSchema,
  type StoreSchema,
  type TestTargetResponseSchema,
} from "../../gen/causeway/admin/v1/admin_pb.ts";
import type { CredentialAction as Action, RoutingAdmin } from "../core/health.ts";
import type { StoreStatus } from "../core/ledger.ts";
import { namesThere } from "../core/names-there.ts";
import { errorDetail } from "./connect-error.ts";
import {
  describeBreaker,
  describeCredential,
  describeProviders,
  describeQuota,
  durationFromMs,
  type ProviderFacts,
  sortedBy,
} from "./routing-view.ts";
import type { TargetTest, TestRequest } from "./test-target.ts";
import { int64, optionalInt64 } from "./wire-numbers.ts";

/** A fault of a configuration; never holds a key's value. */
export interface ConfigFault {
  /** Line and column count from 1; 0: not known. */
  readonly line: number;
  readonly column: number;
  readonly path: string;
  readonly message: string;
}

export interface GatewayStatus {
  readonly version: string;
  /** In ms since 1970. */
  readonly startedAt: number;
  readonly providers: readonly ProviderFacts[];
  readonly aliases: readonly {
    readonly name: string;
    readonly strategy: string;
    /** "provider/model", those that conditions lead to last. */
    readonly targets: readonly string[];
  }[];
  readonly store: StoreStatus;
  /** undefined: there is no file. */
  readonly configPath: string | undefined;
  /** In ms since 1970. */
  readonly configLoadedAt: number;
  /** Why the file as it is now is not in force. */
  readonly configProblems: readonly ConfigFault[];
  readonly inFlight: number;
}

export type ReloadOutcome =
  | { readonly problems: readonly []; readonly changed: boolean; readonly needsRestart: readonly string[] }
  /** Not empty: the old configuration stays. */
  | { readonly problems: readonly ConfigFault[] };

export interface AdminServiceDeps {
  /** In ms since 1970. */
  readonly now: () => number;
  readonly status: () => GatewayStatus | Promise<GatewayStatus>;
  readonly reload: () => Promise<ReloadOutcome>;
  /** What is wrong with this YAML text; undefined: with the file as it is on disk. */
  readonly check: (yaml: string | undefined) => Promise<readonly ConfigFault[]>;
  readonly routing: () => RoutingAdmin;
  /** Tries a model. Does not reject: a trial that fails says so in its `error`. */
  readonly test: (asked: TestRequest) => Promise<TargetTest>;
}

/** AdminService over these ports. What a client asks wrongly is InvalidArgument or NotFound, with what there is. */
export function createAdminService(deps: AdminServiceDeps): ServiceImpl<typeof AdminService> {
  const { now, status, reload, check, routing, test } = deps;

  /** The names of these providers, or of all for an empty list. Rejects for one that is not configured. */
  async function providersAmong(asked: readonly string[]): Promise<ProviderFacts[]> {
    const { providers } = await status();
    const names = providers.map(({ name }) => name);
    for (const name of asked) if (!names.includes(name)) throw notFound(`provider '${name}'`, names);
    return providers.filter(({ name }) => asked.length === 0 || asked.includes(name));
  }

  return {
    async getStatus() {
      return describeStatus(await status(), routing(), now());
    },
    async reloadConfig() {
      const outcome = await reload();
      if ("changed" in outcome) return { changed: outcome.changed, needsRestart: [...outcome.needsRestart] };
      throw refusal(outcome.problems);
    },
    async checkConfig({ yaml }) {
      const problems = await check(yaml === "" ? undefined : yaml);
      return { problems: [...problems] };
    },

    async listProviders() {
      return { providers: describeProviders(await providersAmong([]), routing()) };
    },
    async refreshModels({ providers }, { signal }) {
      const asked = await providersAmong(providers);
      await routing().refreshModels(providers, signal);
      return { providers: describeProviders(asked, routing()) };
    },

    async listCredentials({ provider }) {
      const asked = await providersAmong(optionalName(provider));
      const names = asked.map(({ name }) => name);
      const credentials = routing()
        .credentials()
        .filter((credential) => names.includes(credential.provider));
      return { credentials: sortedBy(credentials, (credential) => credential.provider).map(describeCredential) };
    },
    async setCredentialState({ provider, name, action }) {
      const what = actionOf(action);
      await providersAmong([provider]);
      const credential = routing().setCredential(provider, name, what);
      if (credential !== undefined) return { credential: describeCredential(credential) };
      const known = routing()
        .credentials()
        .filter((status) => status.provider === provider);
      throw notFound(
        `credential '${name}' of the provider '${provider}'`,
        known.map((status) => status.name),
      );
    },

    listBreakers() {
      return { breakers: routing().breakers().map(describeBreaker) };
    },
    resetBreaker({ provider, model }) {
      const breaker = routing().resetBreaker(provider, model);
      if (breaker !== undefined) return { breaker: describeBreaker(breaker) };
      const known = routing()
        .breakers()
        .map((status) => `${status.provider}/${status.model}`);
      throw notFound(`circuit breaker for '${provider}/${model}'`, known);
    },

    async testTarget({ model, credential }, { signal }) {
      if (model === "")
        throw invalid("'model' is empty. Set it to \"provider/model\" or to a name of the configuration.");
      const names = new Set(
        routing()
          .credentials()
          .map(({ name }) => name),
      );
      if (credential !== "" && !names.has(credential)) throw notFound(`credential '${credential}'`, [...names]);
      return describeTest(await test({ model, credential: credential === "" ? undefined : credential, signal }));
    },
    async getQuota({ provider }) {
      const asked = await providersAmong(optionalName(provider));
      return {
        providers: describeQuota(
          asked.map(({ name }) => name),
          routing(),
        ),
      };
    },
  };
}

const optionalName = (name: string): string[] => (name === "" ? [] : [name]);

const invalid = (message: string): ConnectError => new ConnectError(message, Code.InvalidArgument);

const notFound = (what: string, there: readonly string[]): ConnectError =>
  new ConnectError(`There is no ${what}. ${namesThere(there)}`, Code.NotFound);

function actionOf(action: CredentialAction): Action {
  switch (action) {
    case CredentialAction.ENABLE:
      return "enable";
    case CredentialAction.DISABLE:
      return "disable";
    case CredentialAction.CLEAR_COOLDOWN:
      return "clear";
    default:
      throw invalid(
        `'action' is ${action}; it takes CREDENTIAL_ACTION_ENABLE, CREDENTIAL_ACTION_DISABLE and ` +
          "CREDENTIAL_ACTION_CLEAR_COOLDOWN.",
      );
  }
}

function describeTest({
  requestId,
  error,
  askedUs,
  headUs,
  durationUs,
  costNanoUsd,
  ...same
}: TargetTest): MessageInitShape<typeof TestTargetResponseSchema> {
  return {
    ...same,
    requestId,
    error: error && errorDetail(error, requestId),
    askedUs: optionalInt64(askedUs),
    headUs: optionalInt64(headUs),
    durationUs: int64(durationUs),
    costNanoUsd: costNanoUsd ?? undefined,
  };
}

function describeStatus(
  status: GatewayStatus,
  routing: RoutingAdmin,
  now: number,
): MessageInitShape<typeof GetStatusResponseSchema> {
  return {
    version: status.version,
    startedAt: timestampFromMs(status.startedAt),
    uptime: durationFromMs(Math.max(0, now - status.startedAt)),
    providers: describeProviders(status.providers, routing),
    aliases: sortedBy(status.aliases, ({ name }) => name).map(({ name, strategy, targets }) => ({
      name,
      target: targets[0],
      targets: [...targets],
      strategy,
    })),
    store: describeStore(status.store),
    configPath: status.configPath ?? "",
    configLoadedAt: timestampFromMs(status.configLoadedAt),
    configProblems: [...status.configProblems],
    inFlight: status.inFlight,
  };
}

function describeStore(status: StoreStatus): MessageInitShape<typeof StoreSchema> {
  const { kind, location, writable, pending, failure, journal, refusing = false, sizeBytes, rowsFrom } = status;
  return {
    kind,
    location,
    writable,
    pending,
    failingSince: failure && timestampFromMs(failure.since),
    failure: failure?.message ?? "",
    journal: journal && {
      path: journal.path,
      rows: journal.rows,
      sizeBytes: BigInt(journal.bytes),
      roomBytes: BigInt(journal.roomBytes),
      takesRows: journal.takesRows,
    },
    refusing,
    sizeBytes: sizeBytes === undefined ? undefined : BigInt(sizeBytes),
    rowsFrom: rowsFrom ? timestampFromMs(rowsFrom) : undefined,
  };
}

/** Status messages and details travel in headers, which have a limit. */
const mostProblems = 20;

/** FAILED_PRECONDITION: the message is for people, the ConfigProblem details are for programs. */
function refusal(problems: readonly ConfigFault[]): ConnectError {
  const told = problems.slice(0, mostProblems);
  const lines = told.map(({ line, path, message }) =>
    [line === 0 ? "" : `line ${line}: `, path === "" ? "" : `${path}: `, message].join(""),
  );
  if (problems.length > told.length) lines.push(`… and ${problems.length - told.length} more: CheckConfig lists all.`);
  const message = `The configuration has faults; the old one stays in force.\n${lines.join("\n")}`;
  const details = told.map((problem) => ({ desc: ConfigProblemSchema, value: { ...problem } }));
  return new ConnectError(message, Code.FailedPrecondition, undefined, details);
}
