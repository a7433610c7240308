import type { TokenUsage } from "../scenarios/conversation.ts";
import type { Asked } from "./script.ts";

/** A request as a provider saw it, and what became of it. Times by performance.now(). */
export interface Seen {
  readonly asked: Asked;
  readonly at: number;
  /** "answered": all that was to be said was. "cut": we ended it. "left": the client closed its connection first. */
  outcome: "running" | "answered" | "cut" | "left";
  endedAt: number | undefined;
  /** Whether the client can have heard a byte of an answer. */
  spoke: boolean;
  /** The tokens that the client was told. */
  told: TokenUsage | undefined;
}

/** What a provider saw, in order of arrival, and conditions to wait for. */
export interface Journal {
  readonly seen: readonly Seen[];
  /** Of one model. */
  of(model: string): readonly Seen[];
  add(asked: Asked): Seen;
  end(seen: Seen, outcome: "answered" | "cut" | "left"): void;
  /** Resolves as soon as the condition holds; it is looked at whenever a request comes, or ends. */
  until(holds: (seen: readonly Seen[]) => boolean): Promise<void>;
  /** The n-th request of a model, from 1, as soon as it is there. */
  arrival(model: string, nth?: number): Promise<Seen>;
  /** Resolves when this request has ended. */
  ending(seen: Seen): Promise<Seen>;
}

export function createJournal(): Journal {
  const all: Seen[] = [];
  const byModel = new Map<string, Seen[]>();
  const waiting = new Set<() => void>();
  const changed = (): void => {
    for (const look of waiting) look();
  };
  const until = (holds: (seen: readonly Seen[]) => boolean): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (!holds(all)) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
    });
  const journal: Journal = {
    seen: all,
    of: (model) => byModel.get(model) ?? [],
    add(asked) {
      const seen: Seen = {
        asked,
        at: performance.now(),
        outcome: "running",
        endedAt: undefined,
        spoke: false,
        told: undefined,
      };
      all.push(seen);
      const ofModel = byModel.get(asked.model);
      if (ofModel === undefined) byModel.set(asked.model, [seen]);
      else ofModel.push(seen);
      changed();
      return seen;
    },
    end(seen, outcome) {
      if (seen.outcome !== "running") return;
      seen.outcome = outcome;
      seen.endedAt = performance.now();
      changed();
    },
    until,
    async arrival(model, nth = 1) {
      await until(() => journal.of(model).length >= nth);
      const seen = journal.of(model)[nth - 1];
      if (seen === undefined) throw new Error("a journal lost a request");
      return seen;
    },
    async ending(seen) {
      await until(() => seen.outcome !== "running");
      return seen;
    },
  };
  return journal;
}
