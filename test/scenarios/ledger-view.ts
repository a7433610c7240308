import { vi } from "vitest";
import { type GetRequestResponse, type RequestRow, StatsService } from "../../gen/causeway/stats/v1/stats_pb.ts";
import { call } from "./rpc.ts";

/** A gateway's ledger as its users see it: through StatsService, in Connect JSON. */
export interface LedgerView {
  /** Rejects when there is no such row by now. */
  row(id: string): Promise<RequestRow>;
  entry(id: string): Promise<GetRequestResponse>;
  /** All rows of a name that clients asked for, newest first. At most 200. */
  rowsOf(alias: string): Promise<RequestRow[]>;
  /** Waits until the name has this many rows. */
  waitForRows(alias: string, count: number): Promise<RequestRow[]>;
  /** How many rows there are, of all names. */
  count(): Promise<bigint>;
}

const { getRequest, listRequests, getSummary } = StatsService.method;

export function createLedgerView(url: string, key: string | undefined): LedgerView {
  const entry = (id: string): Promise<GetRequestResponse> => call(url, key, getRequest, { id });
  const rowsOf = async (alias: string): Promise<RequestRow[]> =>
    (await call(url, key, listRequests, { filter: { aliases: [alias] }, pageSize: 200 })).requests;
  return {
    entry,
    rowsOf,
    async row(id) {
      const { request } = await entry(id);
      if (request === undefined) throw new Error(`the ledger's answer to ${id} has no row`);
      return request;
    },
    waitForRows: (alias, count) =>
      vi.waitFor(
        async () => {
          const rows = await rowsOf(alias);
          if (rows.length !== count) throw new Error(`'${alias}' has ${rows.length} rows, not ${count}`);
          return rows;
        },
        { timeout: 5000, interval: 5 },
      ),
    async count() {
      const { totals } = await call(url, key, getSummary, {});
      return totals?.requests ?? 0n;
    },
  };
}
