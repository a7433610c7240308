import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { chooseExposition, openMetrics, prometheusText } from "../../src/telemetry/exposition.ts";
import { Counters, gauge, Histograms } from "../../src/telemetry/families.ts";
import { keyOf, readScrape } from "./scraped.ts";

const formats = [
  ["prometheus", prometheusText],
  ["openmetrics", openMetrics],
] as const;

describe.each(formats)("%s", (name, exposition) => {
  test("every series comes back under its own labels, whatever their values are", () => {
    const label = fc.oneof(fc.string(), fc.constantFrom('"', "\\", "\n", "\\n", "a|b", "", 'x",y="z'));
    const counts = fc.array(fc.tuple(label, label, fc.nat()));
    fc.assert(
      fc.property(counts, (all) => {
        const family = new Counters({ name: "a_b", help: "Counts.", labels: ["x", "y"] });
        const expected = new Map<string, number>();
        for (const [x, y, count] of all) {
          family.with(x, y).add(count);
          const key = keyOf("a_b_total", { x, y });
          expected.set(key, (expected.get(key) ?? 0) + count);
        }
        const { series } = readScrape(exposition.write([family.collect()]), name);
        expect(new Map(series)).toEqual(expected);
      }),
    );
  });

  test("a histogram counts each value once, in the first bucket that holds it", () => {
    const bounds = [0.1, 1, 10];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(0, 0.05, 0.1, 0.5, 1, 2, 10, 11)), (values) => {
        const family = new Histograms({ name: "h_seconds", help: "Time.", labels: ["x"], bounds });
        for (const value of values) family.with("a").record(value);
        const { series } = readScrape(exposition.write([family.collect()]), name);
        for (const [bound, le] of [
          [0.1, "0.1"],
          [1, "1.0"],
          [10, "10.0"],
          [Infinity, "+Inf"],
        ] as const) {
          const expected = values.length === 0 ? undefined : values.filter((value) => value <= bound).length;
          expect(series.get(keyOf("h_seconds_bucket", { x: "a", le }))).toBe(expected);
        }
        expect(series.get(keyOf("h_seconds_sum", { x: "a" })) ?? 0).toBeCloseTo(
          values.reduce<number>((sum, value) => sum + value, 0),
        );
      }),
    );
  });

  test("numbers that are none have their names", () => {
    const values = [Number.NaN, Infinity, -Infinity].map((value, i) => ({ labels: [["i", `${i}`]] as const, value }));
    expect(exposition.write([gauge("g", "A\\b\nc.", values)])).toContain(
      '# HELP g A\\\\b\\nc.\n# TYPE g gauge\ng{i="0"} NaN\ng{i="1"} +Inf\ng{i="2"} -Inf\n',
    );
  });

  test("a family without a series is left out", () => {
    expect(exposition.write([gauge("g", "Nothing.", [])])).toBe(name === "prometheus" ? "" : "# EOF\n");
  });
});

test("a family that is read in one format is the same in the other afterwards", () => {
  const family = new Counters({ name: "a", help: "Counts.", labels: [] });
  family.with().add();
  const first = prometheusText.write([family.collect()]);
  expect(openMetrics.write([family.collect()])).toContain("# TYPE a counter\na_total 1\n");
  expect(prometheusText.write([family.collect()])).toBe(first);
  expect(first).toContain("# TYPE a_total counter\na_total 1\n");
});

const prometheusAccept =
  "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1";

test.each([
  [undefined, prometheusText],
  ["*/*", prometheusText],
  ["text/plain", prometheusText],
  ["application/json", prometheusText],
  [prometheusAccept, openMetrics],
  ["application/openmetrics-text", openMetrics],
  ["application/OpenMetrics-Text; version=1.0.0; Q=0.1, */*;q=0.1", openMetrics],
  ["text/plain;q=0.9, application/openmetrics-text;q=0.5", prometheusText],
  ["application/openmetrics-text;q=0", prometheusText],
])("Accept: %s", (accept, expected) => {
  expect(chooseExposition(accept)).toBe(expected);
});
