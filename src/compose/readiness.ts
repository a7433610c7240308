import type { StoreStatus } from "../core/ledger.ts";
import type { Readiness } from "../facades/causeway/index.ts";

/** Whether new calls are welcome, and what is wrong. While rows can wait for their store, they are. */
export function readinessOf(serving: boolean, store: StoreStatus): Readiness {
  if (!serving) return { ready: false, problems: ["The gateway is starting or shutting down."] };
  const { location, writable, journal, refusing = false } = store;
  const problems: string[] = [];
  if (!writable) {
    const meanwhile = refusing
      ? "; new calls are refused"
      : journal && `; ${journal.rows} rows wait in ${journal.path}`;
    problems.push(`The store ${location} cannot be written${meanwhile ?? ""}.`);
  }
  if (journal?.takesRows === false) problems.push(`The journal ${journal.path} takes no more rows.`);
  return { ready: writable || (journal !== undefined && !refusing), problems };
}
