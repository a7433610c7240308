/**
 * Looks at those events of a stream that may say something of interest, and leaves out what nobody shall see.
 * `bytes`: whole events. `landmark`: a global pattern of what to look for, over the bytes read as Latin-1, where offsets
 * are byte offsets. `mark`: an ASCII text to look for as well. `isShown` is called once for each event in which one of them is
 * found, in order. Copies only if an event is left out between others.
 */
export function sieveEvents(
  bytes: Buffer,
  landmark: RegExp,
  isShown: (event: Buffer) => boolean,
  mark?: string,
): Buffer {
  const latin = bytes.toString("latin1");
  let hit = nextHit(latin, landmark, 0);
  let marked = nextMark(bytes, mark, 0);
  if (hit === latin.length && marked === latin.length) return bytes; // as most are
  const kept: Buffer[] = [];
  let from = 0;
  for (let at = Math.min(hit, marked); at < latin.length; at = Math.min(hit, marked)) {
    const start = eventStart(latin, at);
    const end = eventEnd(latin, at);
    if (hit < end) hit = nextHit(latin, landmark, end);
    if (marked < end) marked = nextMark(bytes, mark, end);
    if (isShown(bytes.subarray(start, end))) continue;
    if (start > from) kept.push(bytes.subarray(from, start));
    from = end;
  }
  if (from === 0) return bytes;
  if (from < bytes.length) kept.push(bytes.subarray(from));
  return kept.length > 1 ? Buffer.concat(kept) : (kept[0] ?? bytes.subarray(0, 0));
}

/** Their length: there is none. */
function nextHit(latin: string, landmark: RegExp, from: number): number {
  landmark.lastIndex = from;
  return landmark.exec(latin)?.index ?? latin.length;
}

/** The same. */
function nextMark(bytes: Buffer, mark: string | undefined, from: number): number {
  const at = mark === undefined ? -1 : bytes.indexOf(mark, from);
  return at < 0 ? bytes.length : at;
}

const isLineEnd = (char: string | undefined): boolean => char === "\n" || char === "\r";

/** Whether a blank line ends right before `at`. */
function isBehindBlankLine(wire: string, at: number): boolean {
  const last = wire[at - 1];
  if (!isLineEnd(last) || (last === "\r" && wire[at] === "\n")) return false;
  return isLineEnd(wire[last === "\n" && wire[at - 2] === "\r" ? at - 3 : at - 2]);
}

/** Where the event around an offset begins. */
function eventStart(wire: string, at: number): number {
  let start = at;
  while (start > 0 && !isBehindBlankLine(wire, start)) start -= 1;
  return start;
}

/** Where the next event begins. */
function eventEnd(wire: string, at: number): number {
  let end = at + 1;
  while (end < wire.length && !isBehindBlankLine(wire, end)) end += 1;
  return end;
}
