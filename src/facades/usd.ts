/** Nano-dollars → US dollars: the number nearest to it, so that 1234560n is 0.00123456 in JSON as well. */
export const usd = (nanoUsd: bigint): number => Number(nanoUsd) / 1e9;

/** The same for what may be unknown. */
export const knownUsd = (nanoUsd: bigint | null | undefined): number | null =>
  nanoUsd === null || nanoUsd === undefined ? null : usd(nanoUsd);

/** Nano-dollars a million tokens → dollars a token, in decimal digits: 150000000n → "0.00000015". */
export function perToken(nanoUsd: bigint): string {
  const digits = String(nanoUsd).padStart(16, "0");
  const fraction = digits.slice(-15).replace(/0+$/, "");
  const whole = digits.slice(0, -15);
  return fraction === "" ? whole : `${whole}.${fraction}`;
}
