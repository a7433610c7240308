/** Broken JSON: what was expected, and where. */
export class JsonError extends Error {
  override readonly name = "JsonError";
  /** Offset in UTF-16 units, counted from 0. */
  readonly position: number;
  /** Counted from 1. */
  readonly line: number;
  /** Counted from 1. */
  readonly column: number;

  constructor(what: string, text: string, position: number) {
    const before = text.slice(0, position);
    const line = before.split("\n").length;
    const column = position - before.lastIndexOf("\n");
    super(`${what} at position ${position} (line ${line}, column ${column})`);
    this.position = position;
    this.line = line;
    this.column = column;
  }
}

/** JSON.parse whose error always says where. Throws JsonError. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw locate(text);
  }
}

const space = /[ \t\n\r]*/y;
const scalar = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const plainText = /[^"\\\u0000-\u001f]*/y;
const escaped = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

/** Walks text that JSON.parse refused up to the first fault. Runs on the failure path only, and without recursion. */
function locate(text: string): JsonError {
  let at = 0;
  const closers: string[] = [];
  const match = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    if (!pattern.test(text)) return false;
    at = pattern.lastIndex;
    return true;
  };
  const fail = (expected: string): JsonError => {
    if (at >= text.length) return new JsonError(`JSON ends too early, expected ${expected}`, text, text.length);
    const found = String.fromCodePoint(text.codePointAt(at) ?? 0);
    return new JsonError(`Broken JSON: expected ${expected}, found ${JSON.stringify(found)}`, text, at);
  };
  /** Piece by piece: one pattern for a whole string would overflow the stack on a long one. */
  const matchString = (): boolean => {
    at += 1;
    do match(plainText);
    while (match(escaped));
    if (text[at] !== '"') return false;
    at += 1;
    return true;
  };
  const failString = (): JsonError => {
    if (at >= text.length) return new JsonError("JSON ends too early, inside a string", text, text.length);
    return text[at] === "\\"
      ? new JsonError("Broken JSON: unknown escape in a string", text, at)
      : new JsonError("Broken JSON: a control character in a string has to be escaped", text, at);
  };

  let expecting: "value" | "value or ]" | "key" | "key or }" | "after" = "value";
  for (;;) {
    match(space);
    const char = text[at];
    if (expecting === "after") {
      const closer = closers.at(-1);
      if (closer === undefined) return at < text.length ? fail("nothing more") : new JsonError("Broken JSON", text, at);
      if (char === closer) closers.pop();
      else if (char === ",") expecting = closer === "}" ? "key" : "value";
      else return fail(`',' or '${closer}'`);
      at += 1;
      continue;
    }
    if ((char === "}" && expecting === "key or }") || (char === "]" && expecting === "value or ]")) {
      closers.pop();
      at += 1;
      expecting = "after";
      continue;
    }
    if (expecting === "key" || expecting === "key or }") {
      if (char !== '"') return fail(expecting === "key" ? "a key in double quotes" : "a key in double quotes or '}'");
      if (!matchString()) return failString();
      match(space);
      if (text[at] !== ":") return fail("':'");
      at += 1;
      expecting = "value";
      continue;
    }
    if (char === "{" || char === "[") {
      closers.push(char === "{" ? "}" : "]");
      at += 1;
      expecting = char === "{" ? "key or }" : "value or ]";
      continue;
    }
    if (char === '"') {
      if (!matchString()) return failString();
    } else if (!match(scalar)) return fail("a value");
    expecting = "after";
  }
}
