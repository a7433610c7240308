import { type Timestamp, timestampFromMs } from "@bufbuild/protobuf/wkt";

/** The last moment that a Timestamp in JSON can say: the end of the year 9999, in ms since 1970. */
const lastMs = 253_402_300_799_999;

/** For an int64 field: rounded, and kept within what a number counts exactly. Vendors' headers can say anything. */
export const int64 = (value: number): bigint =>
  BigInt(Math.round(Math.max(-Number.MAX_SAFE_INTEGER, Math.min(value, Number.MAX_SAFE_INTEGER))));

/** The same for what may be unknown. */
export const optionalInt64 = (value: number | null | undefined): bigint | undefined =>
  value === undefined || value === null ? undefined : int64(value);

/** `ms`: since 1970; undefined stays undefined. */
export const optionalTime = (ms: number | undefined): Timestamp | undefined =>
  ms === undefined ? undefined : timestampFromMs(Math.round(Math.max(0, Math.min(ms, lastMs))));
