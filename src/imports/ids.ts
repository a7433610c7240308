import { createHash } from "node:crypto";

/**
 * The id of an imported row: a UUIDv7 (RFC 9562, section 5.7) of the row's own time whose other 74 bits are a hash of what
 * the source knows it by. So the same row has the same id each time it is imported. `at`: ms since 1970.
 */
export function importedId(at: number, key: readonly (string | number | null)[]): string {
  const time = at.toString(16).padStart(12, "0");
  const hash = createHash("sha256").update(JSON.stringify(key)).digest();
  const variant = ((hash.readUInt16BE(2) & 0x3fff) | 0x8000).toString(16);
  const first = (hash.readUInt16BE(0) & 0xfff).toString(16).padStart(3, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7${first}-${variant}-${hash.toString("hex", 4, 10)}`;
}
