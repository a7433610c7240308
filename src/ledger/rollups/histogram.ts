/**
 * How often which span of time was measured, for percentiles. The buckets are fixed, so that histograms of any rows can be
 * added up: one for each whole number below 32, then 16 of equal width for each doubling. Encoded: for each bucket that is
 * not empty, in order, its distance from the one before and its count, both as varints (protobuf's). The same counts
 * are always the same bytes. A percentile is off by half a bucket at most, a 32nd of what was measured. Two zeros, which are in none, separate histograms where several come one after the other.
 */
export type Histogram = Uint8Array;

const perDoubling = 16;
export const noHistogram: Histogram = new Uint8Array(0);

/** `value`: what no clock would say counts as the nearest that one would. */
export function bucketOf(value: number): number {
  const whole = Math.min(Math.max(Math.trunc(value) || 0, 0), Number.MAX_SAFE_INTEGER);
  if (whole < 2 * perDoubling) return whole;
  const high = Math.floor(whole / 2 ** 32);
  const exponent = (high > 0 ? 63 - Math.clz32(high) : 31 - Math.clz32(whole)) - 4;
  return exponent * perDoubling + Math.floor(whole / 2 ** exponent);
}

/** The least that a bucket counts. */
export function leastOf(bucket: number): number {
  const exponent = exponentOf(bucket);
  return (bucket - exponent * perDoubling) * 2 ** exponent;
}

/** The middle of what a bucket counts. */
export const middleOf = (bucket: number): number => leastOf(bucket) + Math.floor((2 ** exponentOf(bucket) - 1) / 2);

/** How many buckets there are, and what one takes at most when it is encoded. */
const buckets = bucketOf(Number.MAX_SAFE_INTEGER) + 1;
const mostBytes = 2 + 8;

const exponentOf = (bucket: number): number => Math.max(0, Math.floor(bucket / perDoubling) - 1);

/** A bucket that is not empty, and how often what it counts was measured. */
export interface BucketCount {
  readonly bucket: number;
  readonly count: number;
}

/** In the order of their buckets. */
export function countsOf(histogram: Histogram): BucketCount[] {
  const counts: BucketCount[] = [];
  for (const reader = new Reader(histogram); reader.next(); ) {
    counts.push({ bucket: reader.bucket, count: reader.count });
  }
  return counts;
}

/** The inverse of `countsOf`. */
export function histogramWith(counts: readonly BucketCount[]): Histogram {
  const bytes: number[] = [];
  let last = 0;
  for (const { bucket, count } of counts) {
    writeVarint(bytes, bucket - last);
    writeVarint(bytes, count);
    last = bucket;
  }
  return bytes.length === 0 ? noHistogram : new Uint8Array(bytes);
}

/** The histogram of values, given as their buckets; changes their order. For few of them. */
export function histogramOf(buckets: number[]): Histogram {
  const bytes: number[] = [];
  buckets.sort((a, b) => a - b);
  let last = 0;
  for (let at = 0; at < buckets.length; ) {
    const bucket = buckets[at] ?? 0;
    let end = at + 1;
    while (buckets[end] === bucket) end += 1;
    writeVarint(bytes, bucket - last);
    writeVarint(bytes, end - at);
    last = bucket;
    at = end;
  }
  return bytes.length === 0 ? noHistogram : new Uint8Array(bytes);
}

/** Gathers counts, one at a time or histogram by histogram. For many of them. */
export class HistogramCounts {
  readonly #counts = new Float64Array(buckets);
  readonly #bytes = new Uint8Array(buckets * mostBytes);
  #first = buckets;
  #last = -1;

  add(value: number): void {
    this.#count(bucketOf(value), 1);
  }

  /** Takes several with separators, too. Has its own loop, as this is most of what a long time series costs. */
  addAll(histograms: Uint8Array): void {
    const counts = this.#counts;
    let bucket = 0;
    for (let at = 0; at < histograms.length; ) {
      let byte = histograms[at++] ?? 0;
      let distance = byte & 0x7f;
      for (let factor = 128; byte >= 0x80; factor *= 128) {
        byte = histograms[at++] ?? 0;
        distance += (byte & 0x7f) * factor;
      }
      byte = histograms[at++] ?? 0;
      let count = byte & 0x7f;
      for (let factor = 128; byte >= 0x80; factor *= 128) {
        byte = histograms[at++] ?? 0;
        count += (byte & 0x7f) * factor;
      }
      if (count === 0) {
        bucket = 0;
        continue;
      }
      bucket += distance;
      counts[bucket] = (counts[bucket] ?? 0) + count;
      if (bucket < this.#first) this.#first = bucket;
      if (bucket > this.#last) this.#last = bucket;
    }
  }

  #count(bucket: number, count: number): void {
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + count;
    if (bucket < this.#first) this.#first = bucket;
    if (bucket > this.#last) this.#last = bucket;
  }

  /** Gives what was gathered, and begins anew. */
  take(): Histogram {
    if (this.#last < 0) return noHistogram;
    let length = 0;
    let last = 0;
    for (let bucket = this.#first; bucket <= this.#last; bucket += 1) {
      const count = this.#counts[bucket] ?? 0;
      if (count === 0) continue;
      length = putVarint(this.#bytes, length, bucket - last);
      length = putVarint(this.#bytes, length, count);
      last = bucket;
      this.#counts[bucket] = 0;
    }
    this.#first = buckets;
    this.#last = -1;
    return this.#bytes.slice(0, length);
  }
}

export function addHistograms(a: Histogram, b: Histogram): Histogram {
  if (a.length === 0) return b;
  if (b.length === 0) return a;
  const bytes = new Uint8Array(a.length + b.length); // the sum never takes more
  const [left, right] = [new Reader(a), new Reader(b)];
  let length = 0;
  let last = 0;
  for (let more = left.next() && right.next(); more; ) {
    const bucket = Math.min(left.bucket, right.bucket);
    const fromLeft = left.bucket === bucket ? left.count : 0;
    const fromRight = right.bucket === bucket ? right.count : 0;
    length = putVarint(bytes, length, bucket - last);
    length = putVarint(bytes, length, fromLeft + fromRight);
    last = bucket;
    if (fromLeft > 0) left.next();
    if (fromRight > 0) right.next();
    more = left.bucket < atEnd || right.bucket < atEnd;
  }
  return bytes.subarray(0, length);
}

/** As `addHistograms`, for any number of them. */
export function sumOfHistograms(histograms: readonly Histogram[]): Histogram {
  const some = histograms.filter(({ length }) => length > 0);
  if (some.length < 2) return some[0] ?? noHistogram;
  const counts = new HistogramCounts();
  for (const histogram of some) counts.addAll(histogram);
  return counts.take();
}

/** Returns the offset behind it. */
function putVarint(bytes: Uint8Array, start: number, value: number): number {
  let at = start;
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) {
    bytes[at] = (rest % 128) | 0x80;
    at += 1;
  }
  bytes[at] = rest;
  return at + 1;
}

/**
 * The smallest values that at least these shares, which rise, of what was counted do not exceed. undefined: nothing was
 * counted.
 */
export function percentilesOf(histogram: Histogram, shares: readonly number[]): number[] | undefined {
  let total = 0;
  for (const reader = new Reader(histogram); reader.next(); ) total += reader.count;
  if (total === 0) return undefined;
  const reader = new Reader(histogram);
  let counted = 0;
  return shares.map((share) => {
    const rank = Math.max(1, Math.ceil(share * total));
    while (counted < rank && reader.next()) counted += reader.count;
    return middleOf(reader.bucket);
  });
}

/** Behind all buckets. */
const atEnd = Number.POSITIVE_INFINITY;

/** Goes through the buckets of a histogram. */
class Reader {
  readonly #bytes: Histogram;
  #at = 0;
  bucket = 0;
  count = 0;

  constructor(bytes: Histogram) {
    this.#bytes = bytes;
  }

  next(): boolean {
    if (this.#at >= this.#bytes.length) {
      this.bucket = atEnd;
      return false;
    }
    this.bucket += this.#varint();
    this.count = this.#varint();
    return true;
  }

  #varint(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.#bytes[this.#at] ?? 0;
      this.#at += 1;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
  }
}

function writeVarint(bytes: number[], value: number): void {
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  bytes.push(rest);
}
