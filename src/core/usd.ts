/** US dollars → nano-dollars, the nearest number of them. */
export const nanoUsd = (dollars: number): bigint => BigInt(Math.round(dollars * 1e9));

/** Nano-dollars → US dollars: the number nearest to it, so that 1234560n is 0.00123456 in JSON as well. */
export const usd = (nanos: bigint): number => Number(nanos) / 1e9;

/** The same for what may be unknown. */
export const knownUsd = (nanos: bigint | null | undefined): number | null =>
  nanos === null || nanos === undefined ? null : usd(nanos);

/** Nano-dollars a million tokens → dollars a token, in decimal digits: 150000000n → "0.00000015". */
export function perToken(nanos: bigint): string {
  const digits = String(nanos).padStart(16, "0");
  const fraction = digits.slice(-15).replace(/0+$/, "");
  const whole = digits.slice(0, -15);
  return fraction === "" ? whole : `${whole}.${fraction}`;
}
