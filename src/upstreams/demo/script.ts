/** What a message tells the demo model to do. */
export interface Script {
  /** What it says and calls, in order. Empty: the usual answer. */
  readonly steps: readonly Step[];
  readonly reason: boolean;
  /** Between two tokens, in ms. */
  readonly slowMs: number;
  readonly trouble: Trouble | undefined;
  /** What is left to answer to when the magic words are taken out. */
  readonly text: string;
  /** Magic words that were not to be understood, with what they should have been. */
  readonly mistakes: readonly string[];
}

export type Step =
  | { readonly kind: "say"; readonly text: string }
  | { readonly kind: "refuse"; readonly text: string }
  /** No name: the first tool that is offered. No arguments: some that fit its schema. */
  | { readonly kind: "tool"; readonly name: string | undefined; readonly arguments: string | undefined };

export type Trouble =
  | { readonly kind: "fail"; readonly status: number; readonly retryAfterMs: number | undefined }
  | { readonly kind: "cut" }
  | { readonly kind: "error" }
  | { readonly kind: "hang" };

/** The magic words, for the answer to "help". docs/demo.md has the same ones. */
export const magicWords = [
  ["/echo TEXT", "say TEXT, byte for byte, to the end of the message"],
  ["/say TEXT", "say TEXT, one line"],
  ["/long 500", "say 500 words"],
  ["/reason", "think first"],
  ["/refuse", "decline"],
  ["/tool NAME {…}", "call a tool with these arguments; one line a call"],
  ["/slow 200ms", "wait before each word"],
  ["/fail 429", "answer with this status; /fail 429 30s asks to wait 30 s"],
  ["/error", "fail in the middle, and say so"],
  ["/cut", "break the connection in the middle"],
  ["/hang", "never answer"],
] as const;

const refusal = "I am told to decline, so I do: I cannot help with that.";
const mostWords = 10_000;
const longestWaitMs = 60_000;
const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000 };

class Builder {
  readonly steps: Step[] = [];
  readonly mistakes: string[] = [];
  readonly rest: string[] = [];
  reason = false;
  slowMs = 0;
  trouble: Trouble | undefined;
}

/**
 * Reads the magic words of a message. They stand at the beginning of a line each; lines without one are what the model
 * is to answer to. A message that does not begin with a magic word has none.
 */
export function readScript(message: string): Script {
  const script = new Builder();
  const begin = message.search(/\S/);
  let from = Math.max(begin, 0);
  if (/^\/[a-z]+(?![\w/.])/.test(message.slice(from))) {
    while (from < message.length) from = readLine(message, from, script);
  } else {
    script.rest.push(message);
  }
  const { steps, reason, slowMs, trouble, mistakes, rest } = script;
  return { steps, reason, slowMs, trouble, mistakes, text: rest.join("\n").trim() };
}

/** Returns where the next line begins. */
function readLine(message: string, from: number, script: Builder): number {
  const newline = message.indexOf("\n", from);
  const end = newline === -1 ? message.length : newline;
  const line = message.slice(from, end).replace(/\r$/, "");
  const match = /^\s*(\/[a-z]+)(?![\w/.])(?: (.*))?/su.exec(line);
  if (match === null) {
    script.rest.push(line);
    return end + 1;
  }
  const [, word = "", argument = ""] = match;
  if (word === "/echo") {
    const start = from + line.indexOf(word) + word.length + 1;
    script.steps.push({ kind: "say", text: message.slice(start) });
    return message.length;
  }
  readWord(word, argument, script);
  return end + 1;
}

function readWord(word: string, argument: string, script: Builder): void {
  switch (word) {
    case "/say":
      script.steps.push({ kind: "say", text: argument });
      return;
    case "/long":
      readLong(argument, script);
      return;
    case "/tool":
      readTool(argument, script);
      return;
    case "/refuse":
      script.steps.push({ kind: "refuse", text: refusal });
      return;
    case "/reason":
      script.reason = true;
      script.rest.push(argument);
      return;
    case "/slow":
      readSlow(argument, script);
      return;
    case "/fail":
      readFail(argument, script);
      return;
    case "/error":
    case "/cut":
    case "/hang":
      script.trouble = { kind: word === "/error" ? "error" : word === "/cut" ? "cut" : "hang" };
      script.rest.push(argument);
      return;
    case "/help":
      script.rest.push("help");
      return;
    default:
      script.mistakes.push(`There is no magic word ${word}. Say help for those there are.`);
      script.rest.push(argument);
  }
}

function readLong(argument: string, script: Builder): void {
  const words = /^\d{1,9}$/.test(argument.trim()) ? Number(argument) : Number.NaN;
  if (!(words >= 1 && words <= mostWords)) {
    script.mistakes.push(`/long takes a number of words from 1 to ${mostWords}, as in: /long 500`);
    return;
  }
  script.steps.push({ kind: "say", text: longText(words) });
}

/** Words that count themselves, ten a line. */
function longText(words: number): string {
  let text = "";
  for (let i = 1; i <= words; i += 1) text += `word${i}${i === words ? "." : i % 10 === 0 ? "\n" : " "}`;
  return text;
}

function readTool(argument: string, script: Builder): void {
  const [, name, rest = ""] = /^(\S*)\s*(.*)$/s.exec(argument.trim()) ?? [];
  script.steps.push({ kind: "tool", name: name || undefined, arguments: rest || undefined });
}

function readSlow(argument: string, script: Builder): void {
  const [, time = "", rest = ""] = /^(\S*)\s?(.*)$/s.exec(argument.trim()) ?? [];
  const ms = readTime(time);
  if (ms === undefined || ms > longestWaitMs) {
    script.mistakes.push("/slow takes a time of up to 1m, as in: /slow 200ms");
    script.rest.push(argument);
    return;
  }
  script.slowMs = ms;
  script.rest.push(rest);
}

function readFail(argument: string, script: Builder): void {
  const [status = "", wait] = argument.trim().split(/\s+/);
  const retryAfterMs = wait === undefined ? undefined : readTime(wait);
  if (!/^[45]\d\d$/.test(status) || (wait !== undefined && retryAfterMs === undefined)) {
    script.mistakes.push("/fail takes a status from 400 to 599, and a time to wait if you like, as in: /fail 429 30s");
    return;
  }
  const usual = status === "429" ? 1000 : undefined;
  script.trouble = { kind: "fail", status: Number(status), retryAfterMs: retryAfterMs ?? usual };
}

function readTime(text: string): number | undefined {
  const [, number = "", unit = ""] = /^(\d{1,6})(ms|s|m)$/.exec(text) ?? [];
  const factor = units[unit];
  return factor === undefined ? undefined : Number(number) * factor;
}
