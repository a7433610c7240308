/** What a message repeats of a caller's text: enough to know it again. */
const longest = 60;

export const clipped = (text: string): string =>
  text.length > longest ? `${text.slice(0, longest).toWellFormed()}…` : text;

/** A text in quotes, as messages repeat it. */
export const quoted = (text: string): string => `'${clipped(text)}'`;
