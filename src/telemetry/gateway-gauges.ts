import type { BreakerStatus, CredentialStatus, RoutingAdmin } from "../core/health.ts";
import type { StoreStatus } from "../core/ledger.ts";
import { gauge, type Label, type MetricFamily } from "./families.ts";

/** What the gateway says of itself when it is asked. */
export interface GatewayState {
  readonly routing: () => RoutingAdmin;
  readonly store: () => StoreStatus;
  /** Exchanges that run. */
  readonly inFlight: () => number;
}

const credentialStates = [
  "ready",
  "disabled",
  "locked",
  "cooling",
  "busy",
  "rpm",
  "tpm",
] as const satisfies readonly CredentialStatus["state"][];
const breakerStates = ["closed", "half-open", "open"] as const satisfies readonly BreakerStatus["state"][];

export function gatewayGauges({ routing, store, inFlight }: GatewayState): MetricFamily[] {
  const admin = routing();
  const { pending, writable, journal, sizeBytes } = store();
  return [
    gauge("causeway_requests_in_flight", "Exchanges that run.", [{ value: inFlight() }]),
    gauge(
      "causeway_credentials",
      "Credentials by what keeps them from serving; ready ones serve.",
      countByState(admin.credentials(), credentialStates),
    ),
    gauge("causeway_breakers", "Circuit breakers of providers' models.", countByState(admin.breakers(), breakerStates)),
    gauge("causeway_ledger_pending_rows", "Rows of the ledger that are not committed yet.", [{ value: pending }]),
    gauge("causeway_ledger_writable", "1 if the last commit to the ledger went well, or else 0.", [
      { value: writable ? 1 : 0 },
    ]),
    gauge("causeway_ledger_journal_rows", "Rows that wait in the journal for the ledger's store.", [
      { value: journal?.rows ?? 0 },
    ]),
    gauge("causeway_ledger_journal_bytes", "What the rows take that wait in the journal.", [
      { value: journal?.bytes ?? 0 },
    ]),
    gauge(
      "causeway_ledger_store_bytes",
      "What the ledger's store holds, without the room that is free in it.",
      sizeBytes === undefined ? [] : [{ value: sizeBytes }],
    ),
  ];
}

/** Of each provider, all states, so that one that nothing is in reads 0 and does not vanish. */
function countByState<S extends string>(
  all: readonly { readonly provider: string; readonly state: S }[],
  states: readonly S[],
): { labels: readonly Label[]; value: number }[] {
  const byProvider = Map.groupBy(all, ({ provider }) => provider);
  return [...byProvider].flatMap(([provider, own]) =>
    states.map((state) => ({
      labels: [
        ["provider", provider],
        ["state", state],
      ] as const,
      value: own.filter((one) => one.state === state).length,
    })),
  );
}
