import { beforeAll, describe, expect, test } from "vitest";
import { type Books, importedBooks, timestamp } from "./apantli-books.ts";
import type { Reader, Schemas } from "./reader.ts";

/** What apantli's own database says in plain SQL, and what is said of it once it is imported. */

const now = Date.now();
let books: Books;
let reader: Reader;
importedBooks(now, (imported) => {
  ({ books, reader } = imported);
});

const dayMs = 86_400_000;

/** SQLite adds up doubles. */
const near = (value: number | null): unknown => (value === null ? null : expect.closeTo(value, 9));

interface Named {
  readonly name: string | null;
  readonly requests: number;
  readonly cost: number;
  readonly unpriced: number;
  readonly tokens: number;
}

const sums =
  "count(*) as requests, coalesce(sum(cost), 0) as cost, sum(cost = 0 and total_tokens > 0) as unpriced, " +
  "sum(total_tokens) as tokens";

/** The rows of a period. `offset`: in minutes. */
function within({ hours, start, end, offset = 0 }: { hours?: number; start?: string; end?: string; offset?: number }) {
  const at = (day: string, days: number): string => timestamp(Date.parse(day) + days * dayMs - offset * 60_000);
  const conditions = [
    hours === undefined ? "1" : `timestamp >= '${timestamp(now - hours * 3_600_000)}'`,
    start === undefined ? "1" : `timestamp >= '${at(start, 0)}'`,
    end === undefined ? "1" : `timestamp < '${at(end, 1)}'`,
  ];
  return conditions.join(" and ");
}

const periods: readonly (readonly [query: string, where: string])[] = [
  ["", within({})],
  ["?hours=1", within({ hours: 1 })],
  ["?hours=24&timezone_offset=600", within({ hours: 24 })],
  ["?hours=876000", within({})],
  ["?start_date=2025-03-30&end_date=2025-03-30", within({ start: "2025-03-30", end: "2025-03-30" })],
  ["?start_date=2025-10-26&timezone_offset=-480", within({ start: "2025-10-26", offset: -480 })],
  ["?end_date=2025-10-26&timezone_offset=345", within({ end: "2025-10-26", offset: 345 })],
  [
    "?start_date=2025-01-31&end_date=2025-06-30&timezone_offset=7",
    within({ start: "2025-01-31", end: "2025-06-30", offset: 7 }),
  ],
  ["?start_date=2030-01-01&end_date=2030-01-02", within({ start: "2030-01-01", end: "2030-01-02" })],
  ["?hours=&start_date=&end_date=&timezone_offset=", within({})],
];

describe.each(periods)("/stats%s", (query, where) => {
  const good = `from requests where error is null and ${where}`;
  let stats: Schemas["Stats"];
  beforeAll(async () => {
    stats = await reader.read("Stats", `/stats${query}`);
  });

  test("totals", () => {
    const total = books.one<Record<string, number>>(
      `select ${sums}, coalesce(sum(prompt_tokens), 0) as input, coalesce(sum(completion_tokens), 0) as output,
       coalesce(avg(duration_ms), 0) as duration ${good}`,
    );
    expect(stats.totals).toEqual({
      requests: total.requests,
      cost: near(total.cost ?? 0),
      unknown_cost: total.unpriced ?? 0,
      prompt_tokens: total.input,
      completion_tokens: total.output,
      avg_duration_ms: expect.closeTo(total.duration ?? 0, 2),
    });
  });

  test("by model and by provider, the most expensive first", () => {
    const by = (column: string): Named[] =>
      books.all(`select ${column} as name, ${sums} ${good} group by ${column} order by sum(cost) desc`);
    const shown = ({ requests, cost, unpriced, tokens }: Named) => ({
      requests,
      cost: near(cost),
      unknown_cost: unpriced,
      tokens,
    });
    expect(stats.by_model).toEqual(by("model").map((row) => ({ model: row.name, ...shown(row) })));
    expect(stats.by_provider).toEqual(by("provider").map((row) => ({ provider: row.name, ...shown(row) })));
  });

  test("performance, the fastest first", () => {
    const speed = "completion_tokens / (duration_ms / 1000.0)";
    const rows = books.all<Record<string, number>>(
      `select model, count(*) as requests, avg(${speed}) as mean, min(${speed}) as least, max(${speed}) as most,
       avg(duration_ms) as duration, avg(nullif(cost, 0)) as cost ${good} and completion_tokens > 0 and duration_ms > 0
       group by model order by mean desc`,
    );
    expect(stats.performance).toEqual(
      rows.map(({ model, requests, mean = 0, least = 0, most = 0, duration = 0, cost = 0 }) => ({
        model,
        requests,
        avg_tokens_per_sec: expect.closeTo(mean, 6),
        min_tokens_per_sec: expect.closeTo(least, 6),
        max_tokens_per_sec: expect.closeTo(most, 6),
        avg_duration_ms: expect.closeTo(duration, 6),
        avg_cost_per_request: near(cost ?? 0),
      })),
    );
  });

  test("the ten newest errors", () => {
    const rows = books.all<{ timestamp: string; model: string; error: string }>(
      `select timestamp, model, error from requests where error is not null and ${where} order by timestamp desc limit 10`,
    );
    expect(stats.recent_errors).toEqual(rows.map((row) => ({ ...row, timestamp: `${row.timestamp}Z` })));
  });
});

const days: readonly (readonly [query: string, where: string, offset: number])[] = [
  ["?start_date=2025-03-01&end_date=2025-04-01", within({ start: "2025-03-01", end: "2025-04-01" }), 0],
  ...[-480, -420, -210, 60, 330, 345, 840, 7].map(
    (offset) =>
      [
        `?start_date=2025-10-20&end_date=2025-11-05&timezone_offset=${offset}`,
        within({ start: "2025-10-20", end: "2025-11-05", offset }),
        offset,
      ] as const,
  ),
  ["?start_date=2025-01-01", within({ start: "2025-01-01" }), 0],
  ["?hours=36&timezone_offset=-90", within({ hours: 36 }), -90],
  ["", within({ start: new Date(now - 30 * dayMs).toISOString().slice(0, 10) }), 0],
  ["?end_date=2025-03-31", within({ start: "2025-03-01", end: "2025-03-31" }), 0],
];

test.each(days)("/stats/daily%s", async (query, where, offset) => {
  const local = `date(timestamp, '${offset} minutes')`;
  const rows = books.all<Named & { date: string }>(
    `select ${local} as date, provider as name, ${sums} from requests where error is null and ${where}
     group by 1, 2 order by 1 desc, sum(cost) desc`,
  );
  const answer = await reader.read("DailyStats", `/stats/daily${query}`);
  const byDay = Map.groupBy(rows, ({ date }) => date);
  const total = (of: (row: Named) => number, among: readonly Named[]): number =>
    among.reduce((n, row) => n + of(row), 0);
  expect(answer).toEqual({
    daily: [...byDay].map(([date, providers]) => ({
      date,
      requests: total(({ requests }) => requests, providers),
      cost: near(total(({ cost }) => cost, providers)),
      total_tokens: total(({ tokens }) => tokens, providers),
      by_provider: providers.map(({ name, requests, cost }) => ({ provider: name, requests, cost: near(cost) })),
    })),
    total_days: byDay.size,
    total_cost: near(total(({ cost }) => cost, rows)),
    total_requests: total(({ requests }) => requests, rows),
  });
  expect(rows).not.toEqual([]);
});

test.each([
  ["2025-03-30", 0],
  ["2025-03-30", 60],
  ["2025-03-30", 120],
  ["2025-10-26", -480],
  ["2025-10-26", 345],
  ["2025-10-26", 7],
  ["2031-01-01", 0],
])("/stats/hourly of %s, %d minutes before UTC", async (date, offset) => {
  const rows = books.all<Named & { hour: number; model: string }>(
    `select cast(strftime('%H', timestamp, '${offset} minutes') as integer) as hour, provider as name, model, ${sums}
     from requests where error is null and ${within({ start: date, end: date, offset })}
     group by 1, 2, 3 order by 1, sum(cost) desc`,
  );
  const answer = await reader.read("HourlyStats", `/stats/hourly?date=${date}&timezone_offset=${offset}`);
  const total = (of: (row: Named) => number, among: readonly Named[]): number =>
    among.reduce((n, row) => n + of(row), 0);
  expect(answer).toEqual({
    hourly: Array.from({ length: 24 }, (_, hour) => {
      const models = rows.filter((row) => row.hour === hour);
      return {
        hour,
        requests: total(({ requests }) => requests, models),
        cost: near(total(({ cost }) => cost, models)),
        total_tokens: total(({ tokens }) => tokens, models),
        by_model: models.map(({ name, model, requests, cost }) => ({
          model,
          provider: name,
          requests,
          cost: near(cost),
        })),
      };
    }),
    date,
    total_cost: near(total(({ cost }) => cost, rows)),
    total_requests: total(({ requests }) => requests, rows),
  });
});

test("/stats/date-range", async () => {
  for (const offset of [0, -480, 840]) {
    const range = books.one(
      `select min(date(timestamp, '${offset} minutes')) as start_date, max(date(timestamp, '${offset} minutes')) as end_date
       from requests where error is null`,
    );
    expect(await reader.read("DateRange", `/stats/date-range?timezone_offset=${offset}`)).toEqual(range);
  }
});

test("/stats/filters, those with the most requests first", async () => {
  const by = (column: string) =>
    books.all(
      `select ${column} as name, count(*) as count from requests where error is null group by 1 order by 2 desc, 1`,
    );
  expect(await reader.read("FilterNames", "/stats/filters")).toEqual({
    providers: by("provider"),
    models: by("model"),
  });
});
