/** "1 row", "2 rows". `what`: one of them, a word that takes an s for several. */
export const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;
