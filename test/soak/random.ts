/** Chance that is the same each time for the same words: what happens to one request does not depend on the others. */
export interface Random {
  /** From 0 to 1. */
  next(): number;
  /** Whether something of this chance happens. */
  happens(chance: number): boolean;
  between(low: number, high: number): number;
  pick<T>(from: readonly T[]): T;
}

/** The generator is mulberry32, seeded by an FNV-1a hash of the words. */
export function randomOf(...words: readonly (string | number)[]): Random {
  let state = 0x811c9dc5;
  for (const letter of words.join("\0")) state = Math.imul(state ^ (letter.codePointAt(0) ?? 0), 0x01000193);
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    happens: (chance) => next() < chance,
    between: (low, high) => low + next() * (high - low),
    pick(from) {
      const picked = from[Math.floor(next() * from.length)];
      if (picked === undefined) throw new RangeError("nothing to pick from");
      return picked;
    },
  };
}
