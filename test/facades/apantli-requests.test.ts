import { describe, expect, test } from "vitest";
import { differencesIn } from "../ledger/stores.ts";
import type { RunningGateway } from "../scenarios/gateway.ts";
import { type Books, importedBooks } from "./apantli-books.ts";
import type { Reader } from "./reader.ts";

const now = Date.now();
let books: Books;
let gateway: RunningGateway;
let reader: Reader;
importedBooks(now, (imported) => {
  ({ books, gateway, reader } = imported);
});

interface Row {
  readonly timestamp: string;
  readonly total_tokens: number;
  readonly cost: number;
}

const columns =
  "timestamp, model, provider, prompt_tokens, completion_tokens, total_tokens, cost, duration_ms, request_data, response_data";

/** What /requests has to say of these rows. A cost of 0 of a request with tokens is one that apantli did not know. */
const shown = ({ timestamp, cost, ...row }: Row) => ({
  id: expect.any(String),
  timestamp: `${timestamp}Z`,
  ...row,
  cost,
  cost_known: cost !== 0,
});

async function expectPage(query: string, where: string, order = "timestamp desc", limit = 50, offset = 0) {
  const page = await reader.read("RequestPage", `/requests?${query}`);
  const good = `from requests where error is null and ${where}`;
  const rows = books.all<Row>(`select ${columns} ${good} order by ${order} limit ? offset ?`, limit, offset);
  const sums = books.one<Record<string, number>>(
    `select count(*) as total, coalesce(sum(total_tokens), 0) as tokens, coalesce(sum(cost), 0) as cost,
     coalesce(sum(cost = 0), 0) as unpriced, avg(nullif(cost, 0)) as mean ${good}`,
  );
  expect(page).toEqual({
    requests: rows.map(shown),
    total: sums.total,
    total_tokens: sums.tokens,
    total_cost: expect.closeTo(sums.cost ?? 0, 9),
    unknown_cost: sums.unpriced,
    avg_cost: expect.closeTo(sums.mean ?? 0, 9),
    offset,
    limit,
  });
  return page;
}

const contains = (text: string): string =>
  ["model", "request_data", "response_data"].map((column) => `instr(lower(${column}), '${text}') > 0`).join(" or ");

describe("/requests says what SQL says", () => {
  test.each([
    ["", "1"],
    ["provider=anthropic", "provider = 'anthropic'"],
    ["provider=unknown", "provider = 'unknown'"],
    ["provider=nobody", "0"],
    ["model=fast", "model = 'fast'"],
    ["model=odd%20one&provider=", "model = 'odd one'"],
    ["provider=openai&model=smart", "provider = 'openai' and model = 'smart'"],
    ["min_cost=0.9", "cost >= 0.9"],
    ["min_cost=0", "1"],
    ["max_cost=0.25", "cost <= 0.25 and cost > 0"],
    ["min_cost=2.5e-1&max_cost=0.5", "cost >= 0.25 and cost <= 0.5"],
    ["min_cost=2", "0"],
    ["search=PYTHON", `(${contains("python")})`],
    ["search=fas", `(${contains("fas")})`],
    ["search=50%25_", `(${contains("50%_")})`],
    ["search=e%20haiku", "0"],
    ["search=Claude-H", `(${contains("claude-h")})`],
    ["search=a%5C%5Cb", `(${contains("a\\\\b")})`],
    [
      "start_date=2025-10-26&end_date=2025-10-26&timezone_offset=-480&provider=openai",
      "timestamp >= '2025-10-26T08' and timestamp < '2025-10-27T08' and provider = 'openai'",
    ],
    ["hours=1", `timestamp >= '${new Date(now - 3_600_000).toISOString().slice(0, -1)}'`],
  ])("%s", async (query, where) => {
    await expectPage(query, where);
  });

  test("in every order", async () => {
    const orders = { timestamp: "timestamp", total_tokens: "total_tokens", cost: "cost", duration_ms: "duration_ms" };
    for (const [name, column] of Object.entries(orders)) {
      for (const direction of ["asc", "desc"]) {
        const page = await reader.read("RequestPage", `/requests?sort_by=${name}&sort_dir=${direction}&limit=200`);
        const rows = books.all<Record<string, unknown>>(
          `select ${column} as place from requests where error is null order by ${column} ${direction} limit 200`,
        );
        const places = page.requests.map((row) => ({
          ...row,
          cost: row.cost ?? 0,
          timestamp: row.timestamp.slice(0, -1),
        }));
        expect(places.map((row) => Object.entries(row).find(([key]) => key === name)?.[1])).toEqual(
          rows.map(({ place }) => place),
        );
      }
    }
    const models = await reader.read("RequestPage", "/requests?sort_by=model&sort_dir=asc&limit=200");
    const names = books.all<{ model: string }>(
      "select model from requests where error is null order by model limit 200",
    );
    expect(models.requests.map(({ model }) => model)).toEqual(names.map(({ model }) => model));
  });

  test("page by page, each row once", async () => {
    const ids: string[] = [];
    for (let offset = 0; ; offset += 120) {
      const page = await expectPage(`offset=${offset}&limit=120`, "1", "timestamp desc", 120, offset);
      ids.push(...page.requests.map(({ id }) => id));
      if (page.requests.length === 0) break;
    }
    expect(new Set(ids).size).toBe(ids.length);
    const [{ total = 0 } = {}] = books.all<{ total: number }>(
      "select count(*) as total from requests where error is null",
    );
    expect(ids.length).toBe(total);
  });

  test("more than 200 are not listed at once, and the answer says so", async () => {
    await expectPage("limit=100000", "1", "timestamp desc", 200);
  });
});

test("DELETE /errors removes what failed, first of a period, then all, and the sums are as if it had never been", async () => {
  const failed = (where: string): number =>
    books.one<{ n: number }>(`select count(*) as n from requests where error is not null and ${where}`).n;
  const before = await reader.read("Stats", "/stats");
  const day = "start_date=2025-03-30&end_date=2025-03-30&timezone_offset=60";
  const first = failed("timestamp >= '2025-03-29T23' and timestamp < '2025-03-30T23'");
  expect(first).toBeGreaterThan(0);
  expect(await reader.read("Deleted", `/errors?${day}`, { method: "DELETE" })).toEqual({ deleted: first });
  expect(await reader.read("Deleted", "/errors", { method: "DELETE" })).toEqual({ deleted: failed("1") - first });
  expect(await reader.read("Deleted", "/errors", { method: "DELETE" })).toEqual({ deleted: 0 });
  expect(await reader.read("Stats", "/stats")).toEqual({ ...before, recent_errors: [] });
  expect(await differencesIn({ kind: "sqlite", path: gateway.store })).toEqual([]);
});
