import type { MessageInitShape } from "@bufbuild/protobuf";
import { type Duration, timestampFromMs } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, type ServiceImpl } from "@connectrpc/connect";
import {
  type AdminService,
  ConfigProblemSchema,
  type GetStatusResponseSchema,
} from "../../gen/causeway/admin/v1/admin_pb.ts";

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
  readonly providers: readonly {
    readonly name: string;
    readonly dialect: string;
    readonly baseUrl: string;
    /** Masked. */
    readonly credentials: readonly string[];
    readonly models: readonly string[];
  }[];
  /** Alias to "provider/model". */
  readonly aliases: Readonly<Record<string, string>>;
  readonly store: {
    readonly kind: string;
    /** Without secrets. */
    readonly location: string;
    readonly writable: boolean;
    /** Rows waiting to be written. */
    readonly pending: number;
  };
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
}

/** AdminService over these ports. */
export function createAdminService({ now, status, reload, check }: AdminServiceDeps): ServiceImpl<typeof AdminService> {
  return {
    async getStatus() {
      return describeStatus(await status(), now());
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
  };
}

function describeStatus(status: GatewayStatus, now: number): MessageInitShape<typeof GetStatusResponseSchema> {
  return {
    version: status.version,
    startedAt: timestampFromMs(status.startedAt),
    uptime: durationFromMs(Math.max(0, now - status.startedAt)),
    providers: status.providers.map((provider) => ({
      ...provider,
      credentials: [...provider.credentials],
      models: [...provider.models],
    })),
    aliases: Object.entries(status.aliases)
      .map(([name, target]) => ({ name, target }))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
    store: status.store,
    configPath: status.configPath ?? "",
    configLoadedAt: timestampFromMs(status.configLoadedAt),
    configProblems: [...status.configProblems],
    inFlight: status.inFlight,
  };
}

const durationFromMs = (ms: number): Pick<Duration, "seconds" | "nanos"> => ({
  seconds: BigInt(Math.floor(ms / 1000)),
  nanos: Math.floor(ms % 1000) * 1_000_000,
});

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
