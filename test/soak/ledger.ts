import { AdminService, CredentialAction, CredentialState } from "../../gen/causeway/admin/v1/admin_pb.ts";
import { AttemptOutcome, type RequestRow, StatsService, type Trail } from "../../gen/causeway/stats/v1/stats_pb.ts";
import { call } from "../scenarios/rpc.ts";
import type { Row, TriedAttempts } from "./checks.ts";

/** The gateway as those see it who look after it: through its services. */
export interface Overseer {
  inFlight(): Promise<number>;
  rows(): Promise<Row[]>;
  /** How many rows the sums are over. */
  rowCount(): Promise<bigint>;
  attempts(row: Row): Promise<TriedAttempts>;
  /** Lets credentials that are out serve again, as a person would who has put them right. */
  clearCredentials(): Promise<void>;
}

const { getStatus, listCredentials, setCredentialState } = AdminService.method;
const { listRequests, getSummary, explainRequest } = StatsService.method;

export function createOverseer(url: string): Overseer {
  return {
    inFlight: async () => (await call(url, undefined, getStatus, {})).inFlight,
    async rows() {
      const rows: Row[] = [];
      let pageToken = "";
      do {
        const page = await call(url, undefined, listRequests, { pageSize: 200, pageToken });
        rows.push(...page.requests.map(rowOf));
        pageToken = page.nextPageToken;
      } while (pageToken !== "");
      return rows;
    },
    rowCount: async () => (await call(url, undefined, getSummary, {})).totals?.requests ?? 0n,
    attempts: async ({ id }) => attemptsIn((await call(url, undefined, explainRequest, { id })).trail),
    async clearCredentials() {
      const { credentials } = await call(url, undefined, listCredentials, {});
      for (const { provider, name, state } of credentials) {
        if (state !== CredentialState.LOCKED && state !== CredentialState.COOLING) continue;
        await call(url, undefined, setCredentialState, { provider, name, action: CredentialAction.CLEAR_COOLDOWN });
      }
    },
  };
}

const rowOf = ({ id, clientRequestId, status, attempts, errorCode, usage }: RequestRow): Row => ({
  id,
  clientRequestId,
  status,
  attempts,
  errorCode,
  usage: usage === undefined ? undefined : { input: usage.inputTokens, output: usage.outputTokens },
});

function attemptsIn(trail: Trail | undefined): TriedAttempts {
  const attempts = (trail?.steps ?? []).flatMap(({ kind }) => (kind.case === "attempt" ? [kind.value] : []));
  const lost = attempts.filter(({ outcome }) => outcome !== AttemptOutcome.ANSWERED);
  return {
    count: attempts.length,
    mayBeUnseen: attempts.filter(({ headUs }) => headUs === undefined).length,
    lostInput: lost.reduce((sum, { usage }) => sum + (usage?.inputTokens ?? 0), 0),
    lostOutput: lost.reduce((sum, { usage }) => sum + (usage?.outputTokens ?? 0), 0),
  };
}
