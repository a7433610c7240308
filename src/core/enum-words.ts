/** An enum's names in lower case, both ways; empty for the value that is unspecified. */
export function wordsOf<Value extends number>(values: Readonly<Record<string, Value>>) {
  const byNumber: string[] = [];
  const byWord = new Map<string, Value>();
  for (const [name, value] of Object.entries<Value>(values)) {
    const word = value === 0 ? "" : name.toLowerCase();
    byNumber[value] = word;
    byWord.set(word, value);
  }
  return { byNumber, byWord };
}
