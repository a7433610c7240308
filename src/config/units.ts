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
  tb: 1024 ** 4,
  tib: 1024 ** 4,
};
/** Without "m", which some would write for months. */
const agesOf: Readonly<Record<string, number>> = {
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
  y: 365 * 86_400_000,
};

/** A timer cannot wait longer than 2^31 - 1 ms: it would fire at once. */
const longestMs = 2 ** 31 - 1;

/** "500ms", "30s", "1.5m", "1h" in milliseconds, at least 1. undefined for anything else, and for more than 24 days. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?) ?(ms|s|m|h)$/.exec(text.trim());
  const ms = Math.round(Number(match?.[1]) * (msOf[match?.[2] ?? ""] ?? Number.NaN));
  return ms >= 1 && ms <= longestMs ? ms : undefined;
}

/** How old something is: "12h", "30d", "52w" or "1y" (365 days), in milliseconds, at least 1. undefined for anything else. */
export function parseAge(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?) ?([hdwy])$/.exec(text.trim());
  const ms = Math.round(Number(match?.[1]) * (agesOf[match?.[2] ?? ""] ?? Number.NaN));
  return ms >= 1 && Number.isSafeInteger(ms) ? ms : undefined;
}

/** "32MB", "256 KiB" or "1048576" in bytes, at least 1. undefined for anything else. */
export function parseSize(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?) ?([kmgt]?i?b)?$/i.exec(text.trim());
  const bytes = Math.round(Number(match?.[1]) * (bytesOf[(match?.[2] ?? "").toLowerCase()] ?? Number.NaN));
  return bytes >= 1 && Number.isSafeInteger(bytes) ? bytes : undefined;
}
