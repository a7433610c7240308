import { randomFillSync } from "node:crypto";

/**
 * Makes UUIDv7s (RFC 9562, section 5.7) that rise strictly within this process: 48 bits of milliseconds, then a 12-bit
 * counter that begins at random each millisecond (method 1 of section 6.2), then 62 random bits.
 */
export function createIds(now: () => number): () => string {
  const random = Buffer.alloc(4096);
  let used = random.length;
  let last = -1;
  let counter = 0;
  return () => {
    if (used + 10 > random.length) {
      randomFillSync(random);
      used = 0;
    }
    const at = used;
    used += 10;
    const ms = now();
    if (ms > last) {
      last = ms;
      counter = random.readUInt16BE(at) & 0x7ff; // the top bit stays free, so that 2048 more fit
    } else if (++counter > 0xfff) {
      last += 1; // more than 2048 in a millisecond, or the clock went back: borrow from the future
      counter = 0;
    }
    const time = last.toString(16).padStart(12, "0");
    const seq = counter.toString(16).padStart(3, "0");
    const variant = ((random.readUInt16BE(at + 2) & 0x3fff) | 0x8000).toString(16);
    return `${time.slice(0, 8)}-${time.slice(8)}-7${seq}-${variant}-${random.toString("hex", at + 4, at + 10)}`;
  };
}
