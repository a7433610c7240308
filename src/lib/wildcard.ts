/**
 * Compiles a pattern in which each `*` stands for any characters, or none; all else stands for itself, upper and lower
 * case apart. Once a piece between two stars is found, it is never looked for again: no pattern makes a text slow.
 */
export function wildcard(pattern: string): (text: string) => boolean {
  const [head = "", ...rest] = pattern.split("*");
  const tail = rest.pop();
  if (tail === undefined) return (text) => text === pattern;
  const middle = rest.filter((piece) => piece !== "");
  return (text) => {
    // the head and the tail may not share characters
    if (text.length < head.length + tail.length || !text.startsWith(head) || !text.endsWith(tail)) return false;
    const end = text.length - tail.length;
    let at = head.length;
    for (const piece of middle) {
      // the leftmost place leaves the most to the pieces that follow
      const found = text.indexOf(piece, at);
      if (found === -1) return false;
      at = found + piece.length;
    }
    return at <= end;
  };
}
