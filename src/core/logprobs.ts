/** What the field says of a token that is very unlikely: JSON has no word for an infinity. */
const unlikely = -9999;

export const finiteLogprob = (logprob: number): number => (Number.isFinite(logprob) ? logprob : unlikely);
