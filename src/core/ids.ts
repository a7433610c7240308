import { randomFillSync } from "node:crypto";

/**
 * Makes UUIDv7s (RFC 9562, section 5.7) that rise strictly within this process: 48 bits of milliseconds, then a 12-bit
 * counter that begins at random each millisecond (method 1 of section 6.2), then 62 random bits.
 */
export function createIds(now: () => number): () => string {
  const random = Buffer.alloc(4096);
  let digits = ""; // the same in hex, since all at once take a tenth of the time
  let used = random.length;
  let last = -1;
  let time = "";
  let counter = 0;

  function begin(ms: number, at: number): void {
    last = ms;
    counter = at;
    const text = ms.toString(16).padStart(12, "0");
    time = `${text.slice(0, 8)}-${text.slice(8)}-7`;
  }

  return () => {
    if (used + 10 > random.length) {
      randomFillSync(random);
      digits = random.toString("hex");
      used = 0;
    }
    const at = used;
    used += 10;
    const ms = now();
    if (ms > last)
      begin(ms, random.readUInt16BE(at) & 0x7ff); // the top bit stays free, so that 2048 more fit
    else if (++counter > 0xfff) begin(last + 1, 0); // more than 2048 in a millisecond, or the clock went back: borrow from the future
    const variant = ((random.readUInt16BE(at + 2) & 0x3fff) | 0x8000).toString(16);
    const seq = counter.toString(16).padStart(3, "0");
    return `${time}${seq}-${variant}-${digits.slice(2 * at + 8, 2 * at + 20)}`;
  };
}
