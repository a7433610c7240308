const msOf: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
/** As in most of this field's tools, the steps are 1024: "KB" and "KiB" say the same. */
const bytesOf: Readonly<Record<string, number>> = {
  "": 1,
  b: 1,
  kb: 1024,
  kib: 1024,
  mb: 1024 ** 2,
  mib: 1024 ** 2,
  gb: 1024 ** 3,
  gib: 1024 ** 3,
};

/** A timer cannot wait longer than 2^31 - 1 ms: it would fire at once. */
const longestMs = 2 ** 31 - 1;

/** "500ms", "30s", "1.5m", "1h" in milliseconds, at least 1. undefined for anything else, and for more than 24 days. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?) ?(ms|s|m|h)$/.exec(text.trim());
  const ms = Math.round(Number(match?.[1]) * (msOf[match?.[2] ?? ""] ?? Number.NaN));
  return ms >= 1 && ms <= longestMs ? ms : undefined;
}

/** "32MB", "256 KiB" or "1048576" in bytes, at least 1. undefined for anything else. */
export function parseSize(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?) ?([kmg]?i?b)?$/i.exec(text.trim());
  const bytes = Math.round(Number(match?.[1]) * (bytesOf[(match?.[2] ?? "").toLowerCase()] ?? Number.NaN));
  return bytes >= 1 && Number.isSafeInteger(bytes) ? bytes : undefined;
}
