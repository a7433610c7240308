/** What is the same to a person: case, and how words are joined. */
const plain = (word: string): string => word.toLowerCase().replace(/[-_ ]/g, "");

/**
 * The candidate that was probably meant, or undefined when none is near: about one slip (a letter missing, added, wrong
 * or swapped with its neighbour) for every three letters.
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const meant = plain(word);
  if (meant.length > 64) return undefined;
  let best: string | undefined;
  let fewest = Math.floor(meant.length / 3) + 1;
  for (const candidate of candidates) {
    const slips = distance(meant, plain(candidate));
    if (slips < fewest) {
      best = candidate;
      fewest = slips;
    }
  }
  return best;
}

/** The end of a message: ": did you mean 'x'?", or nothing. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const candidate = nearest(word, candidates);
  return candidate === undefined ? "" : `: did you mean '${candidate}'?`;
}

/** Damerau-Levenshtein distance in its restricted form (optimal string alignment). */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let least = Math.min(at(previous, j) + 1, at(row, j - 1) + 1, at(previous, j - 1) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, at(before, j - 2) + 1);
      row.push(least);
    }
    before = previous;
    previous = row;
  }
  return at(previous, b.length);
}

const at = (row: readonly number[], index: number): number => row[index] ?? Number.POSITIVE_INFINITY;
