/** A scrape as its text says it, checked against the rules of its format. */
export interface Scraped {
  readonly types: ReadonlyMap<string, string>;
  readonly help: ReadonlyMap<string, string>;
  /** By 'name{label="value",…}', the labels in alphabetical order, with their values unescaped and as JSON. */
  readonly series: ReadonlyMap<string, number>;
}

const endings: Readonly<Record<string, readonly string[]>> = {
  counter: ["_total", "_created"],
  gauge: [""],
  histogram: ["_bucket", "_sum", "_count"],
  summary: ["", "_sum", "_count"],
  info: ["_info"],
};

/**
 * Reads "Exposition formats" (Prometheus) or OpenMetrics strictly: a family's lines stand together behind its HELP and
 * TYPE, no series comes twice, names and labels have their forms, buckets rise up to "+Inf", which is the count.
 */
export function readScrape(text: string, format: "prometheus" | "openmetrics"): Scraped {
  const types = new Map<string, string>();
  const help = new Map<string, string>();
  const series = new Map<string, number>();
  const lines = text.split("\n");
  if (lines.pop() !== "") throw new Error("the last line has no end");
  if (format === "openmetrics" && lines.pop() !== "# EOF") throw new Error("no EOF");
  let family = "";
  for (const line of lines) {
    const [, kind, name = "", rest = ""] = /^# (HELP|TYPE) ([a-zA-Z_:][\w:]*) (.*)$/.exec(line) ?? [];
    if (kind === "HELP") {
      if (help.has(name)) throw new Error(`${name} comes twice`);
      help.set(name, rest);
      family = name;
    } else if (kind === "TYPE") {
      if (family !== name || types.has(name)) throw new Error(`TYPE ${name} is out of place`);
      types.set(name, rest);
    } else readSample(line, family, types.get(family) ?? "untyped", format, series);
  }
  checkHistograms(types, series);
  return { types, help, series };
}

function readSample(line: string, family: string, type: string, format: string, series: Map<string, number>): void {
  const [, name, labels = "", value = ""] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
  if (name === undefined) throw new Error(`no sample: ${line}`);
  const allowed = format === "prometheus" && type === "counter" ? [""] : (endings[type] ?? []);
  if (!allowed.some((ending) => `${family}${ending}` === name)) throw new Error(`${name} is not of ${type} ${family}`);
  if (type === "counter" && !name.endsWith("_total")) throw new Error(`the counter ${name} does not end in _total`);
  const key = keyOf(name, readLabels(labels, line));
  if (series.has(key)) throw new Error(`${key} comes twice`);
  const number = value === "+Inf" ? Infinity : value === "-Inf" ? -Infinity : Number(value);
  if (Number.isNaN(number) && value !== "NaN") throw new Error(`no number: ${line}`);
  series.set(key, number);
}

function readLabels(text: string, line: string): Record<string, string> {
  const labels: Record<string, string> = {};
  const form = /([a-zA-Z_]\w*)="((?:[^"\\\n]|\\[\\n"])*)"(,|$)/gy;
  while (form.lastIndex < text.length) {
    const [, name = "", value = ""] = form.exec(text) ?? [];
    if (name === "" || Object.hasOwn(labels, name)) throw new Error(`labels out of order: ${line}`);
    labels[name] = value.replace(/\\(.)/g, (_, escaped: string) => (escaped === "n" ? "\n" : escaped));
  }
  return labels;
}

export const keyOf = (name: string, labels: Readonly<Record<string, string>> = {}): string =>
  `${name}{${Object.entries(labels)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([label, value]) => `${label}=${JSON.stringify(value)}`)
    .join(",")}}`;

function checkHistograms(types: ReadonlyMap<string, string>, series: ReadonlyMap<string, number>): void {
  for (const [name, type] of types) {
    if (type !== "histogram") continue;
    const buckets = new Map<string, [bound: number, count: number][]>();
    for (const [key, count] of series) {
      const le = /le="([^"]+)"/.exec(key)?.[1];
      if (!key.startsWith(`${name}_bucket{`) || le === undefined) continue;
      const rest = key.replace(/,?le="[^"]+"/, "").replace("_bucket{,", "_bucket{");
      buckets.set(rest, [...(buckets.get(rest) ?? []), [le === "+Inf" ? Infinity : Number(le), count]]);
    }
    for (const [key, all] of buckets) {
      const isRising = all.every(([bound, count], i) => {
        const [lower, fewer] = all[i - 1] ?? [-Infinity, 0];
        return bound > lower && count >= fewer;
      });
      const [last, total] = all.at(-1) ?? [];
      const count = series.get(key.replace("_bucket{", "_count{"));
      if (!isRising || last !== Infinity || total !== count) throw new Error(`${key} is no histogram`);
    }
  }
}
