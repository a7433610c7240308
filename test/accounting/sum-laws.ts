import { ScalarType } from "@bufbuild/protobuf";
import { reflect } from "@bufbuild/protobuf/reflect";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import {
  type Day,
  type ErrorCount,
  type Group,
  type Percentiles,
  type Point,
  type RequestRow,
  Status,
  type Totals,
  TotalsSchema,
} from "../../gen/causeway/stats/v1/stats_pb.ts";
import { kinds, tokensIn } from "./tokens.ts";

/** What sums have to be: added up here, row by row. A law gives what differs, with the numbers; nothing: it holds. */

type Rows = readonly RequestRow[];

const sumOf = (rows: Rows, amount: (row: RequestRow) => bigint): bigint =>
  rows.reduce((sum, row) => sum + amount(row), 0n);
const countOf = (rows: Rows, counts: (row: RequestRow) => boolean): bigint => BigInt(rows.filter(counts).length);
const tokensOf =
  (...names: readonly string[]) =>
  (rows: Rows): bigint =>
    sumOf(rows, ({ usage }) => {
      const tokens = tokensIn(usage);
      return names.reduce((sum, name) => sum + BigInt(tokens[name] ?? 0), 0n);
    });
const mean = (rows: Rows, amount: (row: RequestRow) => bigint | undefined): bigint => {
  const amounts = rows.flatMap((row) => amount(row) ?? []);
  return amounts.length === 0 ? 0n : amounts.reduce((sum, one) => sum + one, 0n) / BigInt(amounts.length);
};

const isOk = ({ status }: RequestRow): boolean => status === Status.OK;
export const hasTokens = ({ usage }: RequestRow): boolean =>
  usage !== undefined && (usage.inputTokens > 0 || usage.outputTokens > 0);

/** By the name of a field of Totals, as its documentation says. */
const totals: Readonly<Record<string, (rows: Rows) => bigint>> = {
  ...Object.fromEntries(kinds.map((kind) => [kind, tokensOf(kind)])),
  requests: (rows) => BigInt(rows.length),
  ok: (rows) => countOf(rows, isOk),
  errors: (rows) => countOf(rows, ({ status }) => status === Status.ERROR),
  cancelled: (rows) => countOf(rows, ({ status }) => status === Status.CANCELLED),
  cacheWriteTokens: tokensOf("cacheWrite5mTokens", "cacheWrite1hTokens"),
  costNanoUsd: (rows) => sumOf(rows, ({ costNanoUsd = 0n }) => costNanoUsd),
  unknownCost: (rows) => countOf(rows, (row) => row.costNanoUsd === undefined && hasTokens(row)),
  cacheSavedNanoUsd: (rows) => sumOf(rows, ({ cacheSavedNanoUsd = 0n }) => cacheSavedNanoUsd),
  meanDurationUs: (rows) => mean(rows.filter(isOk), ({ durationUs }) => durationUs),
  meanFirstTokenUs: (rows) => mean(rows.filter(isOk), ({ firstTokenUs }) => firstTokenUs),
};

const numbers = TotalsSchema.fields.filter(
  (field) => field.fieldKind === "scalar" && field.scalar === ScalarType.INT64,
);

/** `what`: whose sums they are. */
function totalsFaults(what: string, told: Totals | undefined, rows: Rows): string[] {
  if (told === undefined) return [`${what}: no sums`];
  const read = reflect(TotalsSchema, told);
  const faults = numbers.flatMap((field): string[] => {
    const sum = totals[field.localName];
    if (sum === undefined) return [`${what}: nothing here says what ${field.localName} is`];
    const [value, wanted] = [read.get(field), sum(rows)];
    return value === wanted ? [] : [`${what}: ${field.localName} is ${value}, its rows come to ${wanted}`];
  });
  const speed = speedOf(rows);
  if (told.outputTokensPerSecond !== speed) {
    faults.push(`${what}: ${told.outputTokensPerSecond} tokens a second, its rows come to ${speed}`);
  }
  return faults;
}

function speedOf(rows: Rows): number | undefined {
  const those = rows.filter(({ stream, firstTokenUs, durationUs, ...row }) => {
    return row.status === Status.OK && stream && firstTokenUs !== undefined && durationUs > firstTokenUs;
  });
  const us = sumOf(those, ({ durationUs, firstTokenUs = 0n }) => durationUs - firstTokenUs);
  return us === 0n ? undefined : (Number(tokensOf("outputTokens")(those)) * 1e6) / Number(us);
}

/** As documented: at most 3.2 percent off from what was measured. */
const tolerance = 0.032;

function percentileFaults(what: string, told: Percentiles | undefined, amounts: readonly bigint[]): string[] {
  const sorted = amounts.map(Number).sort((a, b) => a - b);
  if (told === undefined || sorted.length === 0)
    return told === undefined && sorted.length === 0 ? [] : [`${what}: ${told}`];
  const all = [
    [0.5, told.p50Us],
    [0.95, told.p95Us],
    [0.99, told.p99Us],
  ] as const;
  return all.flatMap(([share, value]) => {
    const exact = sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
    const isNear = Math.abs(Number(value) - exact) <= exact * tolerance + 1;
    return isNear ? [] : [`${what}: ${share * 100} percent are said to be below ${value}, and are below ${exact}`];
  });
}

export function summaryFaults(what: string, told: Totals | undefined, rows: Rows): string[] {
  const ok = rows.filter(isOk);
  return [
    ...totalsFaults(what, told, rows),
    ...percentileFaults(
      `${what}, duration`,
      told?.duration,
      ok.map(({ durationUs }) => durationUs),
    ),
    ...percentileFaults(
      `${what}, first token`,
      told?.firstToken,
      ok.flatMap(({ firstTokenUs }) => firstTokenUs ?? []),
    ),
  ];
}

/** Rows without the name are in none. The most expensive first. */
export function groupFaults(what: string, groups: readonly Group[], rows: Rows, nameOf: (row: RequestRow) => string) {
  const byName = Map.groupBy(rows, nameOf);
  byName.delete("");
  const faults = groups.flatMap((group, at): string[] => {
    const those = byName.get(group.name) ?? [];
    byName.delete(group.name);
    const before = groups[at - 1]?.totals?.costNanoUsd;
    const isInOrder = before === undefined || before >= (group.totals?.costNanoUsd ?? 0n);
    const order = isInOrder ? [] : [`${what}: ${group.name} costs more than what is before it`];
    return [...totalsFaults(`${what} ${group.name}`, group.totals, those), ...order];
  });
  return [...faults, ...byName.keys().map((name) => `${what}: ${name} is missing`)];
}

export function errorFaults(counts: readonly ErrorCount[], rows: Rows): string[] {
  const byCode = Map.groupBy(
    rows.filter(({ status }) => status === Status.ERROR),
    ({ errorCode }) => errorCode,
  );
  const faults = counts.flatMap(({ code, requests, lastMessage }) => {
    const those = byCode.get(code) ?? [];
    byCode.delete(code);
    const isSaid = those.some(({ errorMessage }) => errorMessage === lastMessage);
    return [
      ...(requests === BigInt(those.length) ? [] : [`${code}: ${requests} times, ${those.length} rows`]),
      ...(isSaid ? [] : [`${code}: no row says "${lastMessage}"`]),
    ];
  });
  return [...faults, ...byCode.keys().map((code) => `${code}: is missing`)];
}

export const startOf = ({ startedAt }: RequestRow): number =>
  startedAt === undefined ? Number.NaN : timestampMs(startedAt);

/** Each point has the rows from its start to the next one's, and every row is in one. */
export function seriesFaults(what: string, points: readonly Point[], rows: Rows): string[] {
  const starts = points.map(({ start }) => (start === undefined ? Number.NaN : timestampMs(start)));
  let found = 0;
  const faults = points.flatMap(({ totals: told }, at) => {
    const from = starts[at] ?? Number.NaN;
    const to = starts[at + 1] ?? Number.POSITIVE_INFINITY;
    const those = rows.filter((row) => startOf(row) >= from && startOf(row) < to);
    found += those.length;
    return summaryFaults(`${what}, ${new Date(from).toISOString()}`, told, those);
  });
  return found === rows.length
    ? faults
    : [...faults, `${what}: ${rows.length - found} rows are before its first point`];
}

/** `dateOf`: of a time in ms, in the zone. */
export function heatFaults(days: readonly Day[], rows: Rows, dateOf: (ms: number) => string): string[] {
  const byDate = Map.groupBy(rows, (row) => dateOf(startOf(row)));
  const faults = days.flatMap((day) => {
    const those = byDate.get(day.date) ?? [];
    byDate.delete(day.date);
    const { requests, errors, inputTokens, outputTokens, costNanoUsd, unknownCost } = day;
    return Object.entries({ requests, errors, inputTokens, outputTokens, costNanoUsd, unknownCost }).flatMap(
      ([name, value]) => {
        const wanted = totals[name]?.(those);
        return value === wanted ? [] : [`${day.date}: ${name} is ${value}, its rows come to ${wanted}`];
      },
    );
  });
  return [...faults, ...byDate.keys().map((date) => `${date}: is missing`)];
}
