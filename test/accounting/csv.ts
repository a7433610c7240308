/** The lines of a CSV file (RFC 4180), each as its values. */
export function csvOf(text: string): string[][] {
  const lines: string[][] = [[]];
  for (const [, value = "", end] of text.matchAll(/("(?:[^"]|"")*"|[^",\r\n]*)(,|\r\n)/g)) {
    lines.at(-1)?.push(value.startsWith('"') ? value.slice(1, -1).replaceAll('""', '"') : value);
    if (end !== ",") lines.push([]);
  }
  if (lines.pop()?.length !== 0) throw new Error("the last line has no end");
  return lines;
}
