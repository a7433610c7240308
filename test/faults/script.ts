import type { TokenUsage } from "../scenarios/conversation.ts";
import type { Voice } from "./voices.ts";

/** A request to a provider. */
export interface Asked {
  readonly path: string;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
  /** What it showed: a bearer token, or x-api-key. */
  readonly key: string;
  readonly model: string;
  readonly stream: boolean;
  /** Whether the stream is to tell what it took. */
  readonly withUsage: boolean;
  /** The text of the last message. */
  readonly prompt: string;
  readonly voice: Voice;
  /** Whether its connection has carried an answer before. */
  readonly reused: boolean;
  /** Resolves when the test lets go on: `FaultServer.release`. */
  readonly released: Promise<void>;
}

/** What a provider does with a request, step by step. Without a "close" at the end the connection is kept. */
export type Script = (asked: Asked) => readonly Step[];

export type Step =
  /** `tells`: the tokens that these bytes report. */
  | { readonly kind: "write"; readonly bytes: string | Uint8Array; readonly tells?: TokenUsage }
  /** Each byte by itself. */
  | { readonly kind: "dribble"; readonly bytes: string; readonly tells?: TokenUsage }
  /** The same again and again, until the client leaves. */
  | { readonly kind: "repeat"; readonly bytes: string; readonly everyMs: number }
  /** Nothing, until this resolves. undefined: until the client leaves. */
  | { readonly kind: "hold"; readonly until?: Promise<unknown> }
  /** FIN or RST. `whole`: that is how the answer ends, and nothing is missing. */
  | { readonly kind: "close"; readonly how: "fin" | "reset"; readonly whole?: boolean };

export const write = (bytes: string | Uint8Array, tells?: TokenUsage): Step => ({ kind: "write", bytes, tells });
export const hold = (until?: Promise<unknown>): Step => ({ kind: "hold", until });
export const fin: Step = { kind: "close", how: "fin" };
export const reset: Step = { kind: "close", how: "reset" };

/** A head with a body of this length. */
export function head(status: number, headers: Readonly<Record<string, string>>, length: number): string {
  const fields = Object.entries({ ...headers, "content-length": String(length) });
  return `HTTP/1.1 ${status} Said so\r\n${fields.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`;
}

/** A whole answer with its head. */
export const message = (status: number, headers: Readonly<Record<string, string>>, body: string): string =>
  head(status, headers, Buffer.byteLength(body)) + body;

export const json = { "content-type": "application/json" } as const;

export const streamHead = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
/** A stream that ends with its connection. */
export const unframedStreamHead = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";
/** One chunk of a chunked body. */
export const chunk = (text: string | Uint8Array): Buffer => {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from("\r\n")]);
};
export const lastChunk = "0\r\n\r\n";

/** What this request is answered with when all goes well: its own prompt comes back, so that no two answers are alike. */
export const textFor = ({ prompt }: Pick<Asked, "prompt">): string =>
  `Grüße 👋 an „${prompt}“: alles gut, 日本語 auch.`;

/** Differs from prompt to prompt, so that a mixed-up count is seen. */
export const usageFor = ({ prompt }: Pick<Asked, "prompt">): TokenUsage => {
  const sum = [...prompt].reduce((at, letter) => (at * 31 + (letter.codePointAt(0) ?? 0)) % 997, 7);
  return { input: 10 + sum, output: 5 + (sum % 89) };
};

export const saidTo = (asked: Asked) => ({ model: asked.model, text: textFor(asked), usage: usageFor(asked) });

/** The parts of the stream that would be the answer. */
export const partsFor = (asked: Asked) => asked.voice.stream(saidTo(asked), asked.withUsage);

/** The answer, whole or as a stream. */
export const answered: Script = (asked) => {
  const usage = usageFor(asked);
  if (!asked.stream) return [write(message(200, json, asked.voice.whole(saidTo(asked))), usage)];
  const { opening, deltas, ending } = partsFor(asked);
  return [
    write(streamHead + chunk(opening).toString()),
    ...deltas.map((delta) => write(chunk(delta))),
    write(Buffer.concat([chunk(ending), Buffer.from(lastChunk)]), asked.withUsage ? usage : undefined),
  ];
};

/** The answer, as soon as the test lets go on. */
export const answeredWhenReleased: Script = (asked) => [hold(asked.released), ...answered(asked)];

/** A refusal, with these headers. */
export const refused =
  (
    status: number,
    {
      type,
      code = null,
      headers = {},
    }: {
      readonly type: string;
      readonly code?: string | null;
      readonly headers?: Readonly<Record<string, string>>;
    },
  ): Script =>
  ({ voice, key }) => [
    write(
      message(
        status,
        { ...json, ...headers },
        voice.refusal({ message: `Refused with ${status}: ${key}`, type, code }),
      ),
    ),
  ];
