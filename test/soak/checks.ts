import { Status } from "../../gen/causeway/stats/v1/stats_pb.ts";
import type { Seen } from "../faults/journal.ts";
import { usageFor } from "../faults/script.ts";
import type { Told } from "./load.ts";

/** What a soak looks for. Each check is a line of the report; nothing here asks anybody. */
export interface Finding {
  readonly check: string;
  /** What was found, in a few words. */
  readonly found: string;
  /** What is wrong: none, and the check holds. At most a few of each kind. */
  readonly faults: readonly string[];
}

const mostShown = 5;

const finding = (check: string, found: string, faults: readonly string[]): Finding => ({
  check,
  found: faults.length === 0 ? found : `${found}; ${faults.length} wrong`,
  faults: faults.slice(0, mostShown),
});

/** A row of the ledger, as far as it is looked at. */
export interface Row {
  readonly id: string;
  readonly clientRequestId: string;
  readonly status: Status;
  readonly attempts: number;
  readonly errorCode: string;
  readonly usage: { readonly input: number; readonly output: number } | undefined;
}

/** What a machine that does much else may need beyond a limit, to notice that it is over and to say so. */
const graceMs = 2000;

/** `lagMs`: how long the clients' own process did not get to look at its watch. */
export function endsInTime(told: readonly Told[], lagMs: number): Finding {
  const late = told.filter(({ tookMs, limitMs }) => tookMs > limitMs + graceMs + lagMs);
  const slowest = told.reduce((most, { tookMs }) => Math.max(most, tookMs), 0);
  return finding(
    "every request ends in time",
    `the longest took ${Math.round(slowest)} ms; the clients' own process stood still for up to ${Math.round(lagMs)} ms`,
    late.map(
      ({ id, client, tookMs, limitMs }) =>
        `${id} (${client}): ${Math.round(tookMs)} ms, limit ${Math.round(limitMs)} ms`,
    ),
  );
}

export function tellsTheTruth(told: readonly Told[]): Finding {
  const answers = told.filter(({ outcome }) => outcome === "answered").length;
  return finding(
    "every client is told its own answer, or an error",
    `${answers} answers`,
    told.flatMap(({ id, client, wrong }) => (wrong === undefined ? [] : [`${id} (${client}): ${wrong}`])),
  );
}

/** One row for each request; for one whose client left, perhaps before it was heard, at most one. */
export function bookedOnce(told: readonly Told[], rows: readonly Row[]): Finding {
  const byId = Map.groupBy(rows, ({ clientRequestId }) => clientRequestId);
  const faults: string[] = [];
  for (const { id, outcome, code } of told) {
    const [row, ...more] = byId.get(id) ?? [];
    byId.delete(id);
    if (more.length > 0) faults.push(`${id}: ${more.length + 1} rows`);
    else if (row === undefined) {
      if (outcome !== "left") faults.push(`${id}: ${outcome}, and no row`);
    } else if (outcome === "answered" && row.status !== Status.OK) {
      faults.push(`${id}: answered, and its row says ${row.errorCode}`);
    } else if (outcome === "failed" && row.status === Status.OK) {
      faults.push(`${id}: failed with ${code}, and its row says OK`);
    }
  }
  for (const id of byId.keys()) faults.push(`${id}: a row of a request that nobody made`);
  return finding("one row for each request", `${rows.length} rows, ${told.length} requests`, faults);
}

/** What a row's trail says of its attempts. */
export interface TriedAttempts {
  readonly count: number;
  /** Of these: such as a provider need not have seen, because they failed or were left before a head came back. */
  readonly mayBeUnseen: number;
  /** Tokens of attempts that are not the answer. */
  readonly lostInput: number;
  readonly lostOutput: number;
}

/** Rows whose attempts are not the requests that providers saw: their trails have to explain it. */
export const unequalRows = (rows: readonly Row[], seen: ReadonlyMap<string, readonly Seen[]>): Row[] =>
  rows.filter(({ clientRequestId, attempts }) => (seen.get(clientRequestId)?.length ?? 0) !== attempts);

/**
 * Attempts are what providers saw, but for those that never got there: refused, reset, or left while they connected. A
 * request whose reused connection broke without a word may have been sent twice in one attempt.
 */
export function attemptsSeen(
  rows: readonly Row[],
  seen: ReadonlyMap<string, readonly Seen[]>,
  trails: ReadonlyMap<string, TriedAttempts>,
): Finding {
  const faults: string[] = [];
  const known = new Set(rows.map(({ clientRequestId }) => clientRequestId));
  for (const row of unequalRows(rows, seen)) {
    const requests = seen.get(row.clientRequestId) ?? [];
    const repeated = requests.filter(({ asked, spoke, outcome }) => asked.reused && !spoke && outcome === "cut").length;
    const { count, mayBeUnseen } = trails.get(row.id) ?? { count: row.attempts, mayBeUnseen: 0 };
    const isExplained =
      count === row.attempts &&
      requests.length >= row.attempts - mayBeUnseen &&
      requests.length <= row.attempts + repeated;
    if (!isExplained) faults.push(`${row.clientRequestId}: ${row.attempts} attempts, ${requests.length} requests seen`);
  }
  for (const id of seen.keys()) if (!known.has(id)) faults.push(`${id}: a provider was asked, and there is no row`);
  const attempts = rows.reduce((sum, row) => sum + row.attempts, 0);
  const requests = [...seen.values()].reduce((sum, all) => sum + all.length, 0);
  const explained = unequalRows(rows, seen).length - faults.length;
  return finding(
    "attempts are what providers saw",
    `${attempts} attempts, ${requests} requests${explained > 0 ? `; ${explained} rows differ, as their trails explain` : ""}`,
    faults,
  );
}

/** Answered rows whose tokens are not those of the answer: their trails have to say whose the others are. */
export const dearerRows = (rows: readonly Row[]): Row[] =>
  rows.filter(({ status, usage, clientRequestId }) => {
    const { input, output } = usageFor({ prompt: clientRequestId });
    return status === Status.OK && (usage?.input !== input || usage.output !== output);
  });

/** What an answered row says it took is what its provider told, and what its trail says that other attempts took. */
export function tokensAgree(
  rows: readonly Row[],
  seen: ReadonlyMap<string, readonly Seen[]>,
  trails: ReadonlyMap<string, TriedAttempts>,
): Finding {
  const faults: string[] = [];
  let booked = 0;
  let lost = 0;
  for (const { clientRequestId: id, id: rowId, status, usage } of rows) {
    if (status !== Status.OK) continue;
    const told = seen.get(id)?.some((one) => one.told !== undefined) === true;
    const { input, output } = usageFor({ prompt: id });
    const { lostInput = 0, lostOutput = 0 } = trails.get(rowId) ?? {};
    lost += lostInput + lostOutput;
    booked += (usage?.input ?? 0) + (usage?.output ?? 0);
    if (told && usage?.input === input + lostInput && usage.output === output + lostOutput) continue;
    const answer = told ? `told ${input}+${output}` : "told nothing";
    faults.push(`${id}: booked ${usage?.input}+${usage?.output}, ${answer}, lost ${lostInput}+${lostOutput}`);
  }
  return finding(
    "tokens of answers agree",
    `${booked} tokens booked, ${lost} of them of attempts that were not it`,
    faults,
  );
}

/** Memory at a time, in ms and bytes. */
export interface MemorySample {
  readonly at: number;
  readonly bytes: number;
}

/**
 * What a busy heap breathes, and the allocator's fragments, stay below. Of a leak of a kilobyte a request 5 minutes show
 * it; 30 seconds show one of ten kilobytes.
 */
const mostGrowthBytes = 48 * 2 ** 20;
/** A shorter run ends while it warms up. */
const leastMs = 20_000;

/** The first third is warm-up. Over the rest the line of least squares may climb by `mostGrowthBytes`, from end to end. */
export function memoryIsFlat(samples: readonly MemorySample[]): Finding {
  const warm = samples.slice(Math.floor(samples.length / 3));
  const check = "memory is flat after warm-up";
  const [first] = warm;
  const last = warm.at(-1);
  if (first === undefined || last === undefined) return finding(check, "nothing was measured", ["no samples"]);
  if (last.at - (samples[0]?.at ?? 0) < leastMs) return finding(check, "not judged in so short a run", []);
  const meanAt = warm.reduce((sum, { at }) => sum + at, 0) / warm.length;
  const meanBytes = warm.reduce((sum, { bytes }) => sum + bytes, 0) / warm.length;
  const covariance = warm.reduce((sum, { at, bytes }) => sum + (at - meanAt) * (bytes - meanBytes), 0);
  const variance = warm.reduce((sum, { at }) => sum + (at - meanAt) ** 2, 0);
  const growth = (covariance / variance) * (last.at - first.at);
  const seconds = Math.round((last.at - first.at) / 1000);
  return finding(
    check,
    `${megabytes(meanBytes)} MB on average, ${megabytes(growth)} MB more over ${seconds} s`,
    growth > mostGrowthBytes ? [`it grew by ${megabytes(growth)} MB, more than ${megabytes(mostGrowthBytes)}`] : [],
  );
}

const megabytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);

/** A fact that has to be true. */
export const holds = (check: string, found: string, ...faults: readonly (string | undefined)[]): Finding =>
  finding(
    check,
    found,
    faults.filter((fault) => fault !== undefined),
  );

const socketsIn = (open: readonly string[]): number => open.filter((kind) => kind === "socket").length;

/** How many more there are than before. */
export const socketsLeft = (before: readonly string[] | undefined, now: readonly string[] | undefined): number =>
  Math.max(0, socketsIn(now ?? []) - socketsIn(before ?? []));

/** What else is open, such as the files of threads that have begun to work, is said, but is not wrong. */
export function noSocketIsLeft(before: readonly string[] | undefined, now: readonly string[] | undefined): Finding {
  if (before === undefined || now === undefined)
    return finding("no socket is left open", "this system does not tell", []);
  const left = socketsLeft(before, now);
  const others = now.length - socketsIn(now) - (before.length - socketsIn(before));
  return finding(
    "no socket is left open",
    `${socketsIn(now)} sockets, ${socketsIn(before)} before the load; ${others} more files of other kinds`,
    left === 0 ? [] : [`${left} of them are new`],
  );
}
