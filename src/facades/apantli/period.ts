import { GatewayError } from "../../core/error.ts";
import type { Query } from "../query.ts";

export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;
/** The last time that Date has, in ms since 1970. */
export const endOfTime = 8.64e15;

/** Which requests are meant: those that started from `from` to before `to`, in ms since 1970. undefined: no bound. */
export interface Period {
  readonly from: number | undefined;
  readonly to: number | undefined;
  /** How much the caller's clock is before UTC. */
  readonly offsetMs: number;
}

/** A day by the caller's clock. */
export interface Day {
  /** For example "2026-11-21". */
  readonly date: string;
  /** In ms since 1970. */
  readonly start: number;
}

export const periodParameters = ["hours", "start_date", "end_date", "timezone_offset"] as const;

/** The last hours, or days by the caller's clock. Throws GatewayError "invalid_request". */
export function periodOf(query: Query, now: number): Period {
  const offsetMs = offsetOf(query);
  const hours = query.whole("hours", 1, 876_000);
  const first = query.day("start_date");
  const last = query.day("end_date");
  if (hours !== undefined) {
    if (first === undefined && last === undefined) return { from: now - hours * hourMs, to: now + 1, offsetMs };
    throw unclear("hours", "'hours' and days are two periods. Send either 'hours', or 'start_date' and 'end_date'.");
  }
  if (first !== undefined && last !== undefined && first > last) {
    throw unclear("end_date", "'end_date' is before 'start_date'. Exchange them.");
  }
  return {
    from: first === undefined ? undefined : first - offsetMs,
    to: last === undefined ? undefined : last + dayMs - offsetMs,
    offsetMs,
  };
}

/** The parameter `timezone_offset`, which is in minutes: -480 is UTC-8. */
export const offsetOf = (query: Query): number => (query.whole("timezone_offset", -1439, 1439) ?? 0) * 60_000;

/** The day that a time is in. */
export function dayAt(ms: number, offsetMs: number): Day {
  const start = Math.floor((ms + offsetMs) / dayMs) * dayMs - offsetMs;
  return { date: new Date(start + offsetMs).toISOString().slice(0, 10), start };
}

const mostDays = 3660;

/**
 * The days of a period, the last of which ends where the next would begin. Without a first one it begins 30 days before
 * its last; without a last one it ends today. Throws GatewayError "invalid_request" when there are too many.
 */
export function daysOf({ from, to, offsetMs }: Period, now: number): Day[] {
  const last = dayAt(to === undefined ? now : to - 1, offsetMs);
  const first = dayAt(from ?? last.start - 30 * dayMs, offsetMs);
  const count = (last.start - first.start) / dayMs + 1;
  if (count > mostDays) {
    throw unclear(
      "start_date",
      `The period has ${count} days; at most ${mostDays} are summed up at once. Ask in parts.`,
    );
  }
  return Array.from({ length: Math.max(0, count) }, (_, i) => dayAt(first.start + i * dayMs, offsetMs));
}

const unclear = (param: string, message: string): GatewayError =>
  new GatewayError("invalid_request", message, { param });
