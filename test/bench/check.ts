import * as z from "zod";

/** What a right answer looks like, as data, so that it can be for any dialect and travel between processes. */
export const checkSchema = z.object({
  /** How the answer's content type begins. "text/event-stream": every `data:` line but `[DONE]` must be JSON. */
  contentType: z.string(),
  /** The JSON key whose strings, in order, make up the text, such as "content" or "text". */
  textKey: z.string(),
  /** The text, whole. */
  text: z.string(),
  /** What else must be in the body, literally. */
  contains: z.array(z.string()),
  /** How the body ends. */
  end: z.string(),
});

export type Check = z.infer<typeof checkSchema>;

/** What an answer's text begins with, as it stands in its JSON up to the first character that may be escaped. */
export const firstPiece = ({ text }: Check): string => /^[\w ]*/.exec(text)?.[0] ?? "";

function excerpt(text: string): string {
  return text.length <= 300 ? text : `${text.slice(0, 150)} … ${text.slice(-150)}`;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function badJson(check: Check, body: string): string | undefined {
  if (!check.contentType.startsWith("text/event-stream")) return isJson(body) ? undefined : "the body is not JSON";
  for (const line of body.split("\n")) {
    if (!line.startsWith("data: ") || line === "data: [DONE]") continue;
    if (!isJson(line.slice(6))) return `an event is not JSON: ${excerpt(line)}`;
  }
  return undefined;
}

function wrong(check: Check, body: string): string | undefined {
  const bad = badJson(check, body);
  if (bad !== undefined) return bad;
  let escaped = "";
  for (const match of body.matchAll(new RegExp(`"${check.textKey}":\\s*"((?:[^"\\\\]|\\\\.)*)"`, "g"))) {
    escaped += match[1];
  }
  const text: unknown = JSON.parse(`"${escaped}"`);
  if (text !== check.text) return `the text is not what the upstream said; it is: ${excerpt(String(text))}`;
  const missing = check.contains.find((part) => !body.includes(part));
  if (missing !== undefined) return `${missing} is missing`;
  if (!body.endsWith(check.end)) return `it does not end with ${JSON.stringify(check.end)}`;
  return undefined;
}

/**
 * Returns a function that says what is wrong with a body, or undefined. A body that is byte for byte one that was
 * found right before costs a comparison of memory, so that every answer can be checked.
 */
export function createChecker(check: Check): (body: Buffer) => string | undefined {
  let right: Buffer | undefined;
  return (body) => {
    if (right?.equals(body)) return undefined;
    const text = body.toString();
    const why = wrong(check, text);
    if (why !== undefined) return `${why}. The body: ${JSON.stringify(excerpt(text))}`;
    right = Buffer.from(body);
    return undefined;
  };
}
