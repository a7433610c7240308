import {
  type BucketCount,
  bucketOf,
  countsOf,
  type Histogram,
  histogramWith,
  leastOf,
  noHistogram,
} from "../rollups/histogram.ts";

/**
 * In PostgreSQL a histogram is a number: its digits to the base of 10^12 are the counts of its buckets. So the database
 * adds histograms up with its own + and sum(), about a microsecond each. No count comes near the base.
 */
const digits = 12;

/** The bucket whose count is before the point, of about 0.4 s: with it in the middle, most numbers are short as text. */
const middle = 256;

/** The number of a histogram, as PostgreSQL reads it. */
export function numberOf(histogram: Histogram): string {
  let text = "";
  let end = 0;
  const counts = countsOf(histogram);
  for (const { bucket, count } of counts) {
    const gap = text === "" ? 0 : bucket - end;
    text = String(count).padStart(digits, "0") + "0".repeat(digits * gap) + text;
    end = bucket + 1;
  }
  return text === "" ? "0" : `${text}e${digits * ((counts[0]?.bucket ?? 0) - middle)}`;
}

/** The histogram of a number, as PostgreSQL writes it: without an exponent. */
export function histogramIn(number: string): Histogram {
  if (number === "0") return noHistogram;
  const [whole = "", fraction = ""] = number.split(".");
  const below = Math.ceil(fraction.length / digits);
  const above = Math.ceil(whole.length / digits);
  const all = whole.padStart(above * digits, "0") + fraction.padEnd(below * digits, "0");
  const counts: BucketCount[] = [];
  for (let bucket = middle - below, end = all.length; end > 0; bucket += 1, end -= digits) {
    const count = Number(all.slice(end - digits, end));
    if (count > 0) counts.push({ bucket, count });
  }
  return histogramWith(counts);
}

const bounds = Array.from({ length: bucketOf(Number.MAX_SAFE_INTEGER) }, (_, at) => leastOf(at + 1));

/** Makes the function that gives the histogram of one value: PostgreSQL puts it into the statements that call it. */
export const createHistogramOf =
  "create function histogram_of(value bigint) returns numeric language sql immutable parallel safe as " +
  `$$ select ('1e' || (${digits} * (width_bucket(value, '{${bounds.join()}}'::bigint[]) - ${middle}))::text)::numeric $$`;
