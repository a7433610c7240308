import type { Label, MetricFamily } from "./families.ts";

/** A form that scrapers read metrics in. */
export interface Exposition {
  readonly contentType: string;
  write(families: readonly MetricFamily[]): string;
}

/** Prometheus' text format 0.0.4 ("Exposition formats" in its documentation). */
export const prometheusText: Exposition = {
  contentType: "text/plain; version=0.0.4; charset=utf-8",
  write: (families) =>
    families
      .filter(({ samples }) => samples.length > 0)
      .map((family) => {
        // here the ending of a counter belongs to the family's name, and there is no type "info"
        const isGauge = family.type === "info";
        const ending = family.type === "counter" || isGauge ? (family.samples[0]?.ending ?? "") : "";
        return writeFamily(family, `${family.name}${ending}`, isGauge ? "gauge" : family.type);
      })
      .join(""),
};

/** OpenMetrics 1.0 (its specification, section "Text format"). */
export const openMetrics: Exposition = {
  contentType: "application/openmetrics-text; version=1.0.0; charset=utf-8",
  write: (families) =>
    `${families
      .filter(({ samples }) => samples.length > 0)
      .map((family) => writeFamily(family, family.name, family.type))
      .join("")}# EOF\n`,
};

/** The one that an Accept header prefers. Who does not name OpenMetrics gets Prometheus' own. */
export function chooseExposition(accept: string | undefined): Exposition {
  let open = 0;
  let text = 0;
  for (const range of (accept ?? "").split(",")) {
    const [type = "", ...parameters] = range.split(";").map((part) => part.trim().toLowerCase());
    const weight = parameters.find((parameter) => parameter.startsWith("q="))?.slice(2);
    const q = weight === undefined ? 1 : Number(weight) || 0;
    if (type === "application/openmetrics-text") open = Math.max(open, q);
    else if (type === "text/plain" || type === "text/*" || type === "*/*") text = Math.max(text, q);
  }
  return open > 0 && open >= text ? openMetrics : prometheusText;
}

function writeFamily({ name, help, samples }: MetricFamily, title: string, type: string): string {
  const lines = samples.map(
    ({ ending, labels, value }) => `${name}${ending}${writeLabels(labels)} ${writeValue(value)}\n`,
  );
  return `# HELP ${title} ${help.replace(/\\/g, "\\\\").replace(/\n/g, "\\n")}\n# TYPE ${title} ${type}\n${lines.join("")}`;
}

function writeLabels(labels: readonly Label[]): string {
  if (labels.length === 0) return "";
  return `{${labels.map(([name, value]) => `${name}="${escapeValue(value)}"`).join(",")}}`;
}

const escapeValue = (value: string): string => value.replace(/\\/g, "\\\\").replace(/\n/g, "\\n").replace(/"/g, '\\"');

function writeValue(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
  return String(value);
}
