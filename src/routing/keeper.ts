import type { StateStore } from "../core/health.ts";
import type { Health } from "./health/types.ts";

/** How much of what health has learned a sudden end of the process may cost, in ms. */
const saveEveryMs = 1000;

export interface HealthKeeper {
  /** Puts in force what was stored, and keeps storing from then on. Never rejects: without it, it is learned anew. */
  start(): Promise<void>;
  /** Stores the last changes. */
  stop(): Promise<void>;
}

export interface HealthKeeperOptions {
  readonly health: Health;
  readonly store: StateStore;
  /** State could not be loaded or saved. It is tried again; of failures in a row only the first is told. */
  readonly onError: (error: unknown) => void;
}

/** Keeps health in the store, so that it outlives a restart. */
export function createHealthKeeper({ health, store, onError }: HealthKeeperOptions): HealthKeeper {
  let timer: NodeJS.Timeout | undefined;
  let saving = Promise.resolve();
  let unsaved = new Map<string, string | undefined>();
  let failing = false;

  async function saveChanges(): Promise<void> {
    const changes = new Map([...unsaved, ...health.changes()]);
    if (changes.size === 0) return;
    unsaved = changes;
    try {
      await store.save(changes);
      unsaved = new Map();
      failing = false;
    } catch (error) {
      if (!failing) onError(error);
      failing = true;
    }
  }

  function save(): Promise<void> {
    saving = saving.then(saveChanges);
    return saving;
  }

  return {
    async start() {
      try {
        health.restore(await store.load());
      } catch (error) {
        onError(error);
      }
      timer = setInterval(() => void save(), saveEveryMs);
      timer.unref();
    },
    async stop() {
      clearInterval(timer);
      await save();
    },
  };
}
