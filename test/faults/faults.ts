import type { ErrorCode } from "../../src/core/error.ts";
import {
  type Asked,
  answered,
  chunk,
  fin,
  head,
  hold,
  json,
  lastChunk,
  message,
  partsFor,
  refused,
  reset,
  type Script,
  type Step,
  saidTo,
  streamHead,
  unframedStreamHead,
  write,
} from "./script.ts";

/** Something that a provider does wrong, and what it is for those who were to get an answer. */
export interface Fault {
  readonly name: string;
  readonly script: Script;
  /** The gateway's word for it, when nothing better can be said. */
  readonly code: ErrorCode;
  /** The HTTP status that the client then sees. */
  readonly status: number;
  /** The same, where Anthropic's words have a status of their own. */
  readonly anthropicStatus?: number;
  /** "client": the request is wrong everywhere. "credential": another one may serve. "server": it may pass. */
  readonly blame: "client" | "credential" | "server";
  /** Whether it is over only when somebody loses patience. */
  readonly stalls?: boolean;
  /** Whether only who reads the answer can see it: to a client of the provider's own language the bytes go as they are. */
  readonly inEvents?: boolean;
}

const cut = { code: "upstream_cut", status: 502, blame: "server" } as const;
const malformed = { code: "upstream_malformed", status: 502, blame: "server" } as const;
const timedOut = { code: "upstream_timeout", status: 504, blame: "server", stalls: true } as const;

/** A part of a character: the end of it never comes. */
const halfCharacter = Buffer.from("👋").subarray(0, 2);

const longHead = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-long: ${"x".repeat(512 * 1024)}\r\n\r\n`;
const page = "<!doctype html><html><title>Welcome</title><p>Sign in to the network</p></html>";
const html = { "content-type": "text/html; charset=utf-8" };

/** Nothing that could be an answer's head. */
const headFaults: readonly Fault[] = [
  { name: "resets before the head", script: () => [reset], ...cut },
  { name: "closes before the head", script: () => [fin], ...cut },
  { name: "is silent before the head", script: () => [hold()], ...timedOut },
  { name: "sends half a head and closes", script: () => [write("HTTP/1.1 200 OK\r\ncontent-ty"), fin], ...cut },
  {
    name: "sends half a head and is silent",
    script: () => [write("HTTP/1.1 200 OK\r\ncontent-ty"), hold()],
    ...timedOut,
  },
  {
    name: "sends a head that never ends, byte by byte",
    script: () => [write("HTTP/1.1 200 OK\r\nx-slow: "), { kind: "repeat", bytes: "x", everyMs: 5 }],
    ...timedOut,
  },
  { name: "speaks no HTTP", script: () => [write("220 mail.example ESMTP\r\n"), fin], ...malformed },
  { name: "sends a head too long to be one", script: () => [write(longHead), fin], ...malformed },
  {
    name: "redirects",
    script: () => [write(message(307, { location: "http://127.0.0.1:9/elsewhere" }, ""))],
    code: "upstream_error",
    status: 502,
    blame: "server",
  },
];

const statusFault = (
  status: number,
  code: ErrorCode,
  blame: Fault["blame"],
  type: string,
  native: string | null = null,
): Fault => ({
  name: `refuses with ${status}${native === null ? "" : ` ${native}`}`,
  // so long that nobody waits for it
  script: refused(status, { type, code: native, headers: blame === "credential" ? { "retry-after": "60" } : {} }),
  code,
  status,
  blame,
});

/** A refusal with a status of its own. */
const statusFaults: readonly Fault[] = [
  statusFault(400, "invalid_request", "client", "invalid_request_error"),
  statusFault(401, "upstream_unauthenticated", "credential", "authentication_error"),
  statusFault(402, "quota_exceeded", "credential", "billing_error"),
  statusFault(403, "permission_denied", "credential", "permission_error"),
  statusFault(404, "not_found", "client", "not_found_error"),
  statusFault(408, "upstream_timeout", "server", "timeout_error"),
  statusFault(413, "request_too_large", "client", "request_too_large"),
  statusFault(422, "invalid_request", "client", "invalid_request_error"),
  statusFault(429, "rate_limited", "credential", "rate_limit_error"),
  statusFault(500, "upstream_error", "server", "api_error"),
  statusFault(502, "upstream_error", "server", "api_error"),
  statusFault(503, "upstream_overloaded", "server", "api_error"),
  statusFault(529, "upstream_overloaded", "server", "overloaded_error"),
];

const broken = { message: "The model broke", type: "server_error", code: null };

/** A good status, and nothing good after it: whatever was asked for. */
const bodyFaults: readonly Fault[] = [
  {
    name: "says 200 and means an error",
    script: ({ voice }) => [write(message(200, json, voice.refusal(broken)))],
    code: "upstream_error",
    status: 502,
    blame: "server",
  },
  { name: "says 200 with a page of HTML", script: () => [write(message(200, html, page))], ...malformed },
  {
    name: "is silent after the head",
    script: ({ stream }) => [write(stream ? streamHead : head(200, json, 500)), hold()],
    ...timedOut,
  },
  {
    name: "closes after the head",
    script: ({ stream }) => [write(stream ? streamHead : head(200, json, 500)), fin],
    ...cut,
  },
  {
    name: "resets after the head",
    script: ({ stream }) => [write(stream ? streamHead : head(200, json, 500)), reset],
    ...cut,
  },
];

/** The JSON that would be the answer, and this much of it. */
const partOfWhole = (asked: Asked, share: number): Buffer => {
  const bytes = Buffer.from(asked.voice.whole(saidTo(asked)));
  return bytes.subarray(0, Math.floor(bytes.length * share));
};
const headOfWhole = (asked: Asked): string => head(200, json, Buffer.byteLength(asked.voice.whole(saidTo(asked))));

/** Only of an answer that comes whole. */
const wholeFaults: readonly Fault[] = [
  { name: "answers with nothing", script: () => [write(message(200, json, ""))], ...malformed },
  {
    name: "answers with half of the JSON, as if it were all",
    script: (asked) => [write(message(200, json, partOfWhole(asked, 0.5).toString("latin1")))],
    ...malformed,
  },
  {
    name: "closes in the middle of the body",
    script: (asked) => [write(headOfWhole(asked)), write(partOfWhole(asked, 0.6)), fin],
    ...cut,
  },
  {
    name: "resets in the middle of the body",
    script: (asked) => [write(headOfWhole(asked)), write(partOfWhole(asked, 0.6)), reset],
    ...cut,
  },
  {
    name: "is silent in the middle of the body",
    script: (asked) => [write(headOfWhole(asked)), write(partOfWhole(asked, 0.6)), hold()],
    ...timedOut,
  },
  {
    name: "sends the body so slowly that it never ends",
    script: () => [write(head(200, json, 1e9)), { kind: "repeat", bytes: " ", everyMs: 5 }],
    ...timedOut,
  },
];

/** What ends a stream badly, whatever it has said by then. */
interface Ending {
  readonly name: string;
  readonly steps: (asked: Asked) => readonly Step[];
  readonly as: Pick<Fault, "code" | "status" | "anthropicStatus" | "blame" | "stalls" | "inEvents">;
  /** A silence between two pieces is measured by a clock that ticks once a second. */
  readonly slow?: boolean;
}

const nextDelta = (asked: Asked): Buffer => Buffer.from(partsFor(asked).deltas.at(-1) ?? "");

const endings: readonly Ending[] = [
  {
    name: "reports an error",
    steps: ({ voice }) => [write(chunk(voice.refusalEvent(broken))), write(lastChunk)],
    as: { code: "upstream_error", status: 502, blame: "server" },
  },
  {
    name: "reports that it is overloaded",
    steps: ({ voice }) => [
      write(chunk(voice.refusalEvent({ message: "Overloaded", type: "overloaded_error", code: null }))),
      write(lastChunk),
    ],
    as: { code: "upstream_overloaded", status: 502, anthropicStatus: 529, blame: "server" },
  },
  { name: "ends, and does not say so", steps: () => [write(lastChunk)], as: cut },
  { name: "closes its connection", steps: () => [fin], as: cut },
  { name: "resets its connection", steps: () => [reset], as: cut },
  {
    name: "closes in the middle of a character",
    steps: () => [
      write(chunk(Buffer.concat([Buffer.from('data: {"choices":[{"delta":{"content":"'), halfCharacter]))),
      fin,
    ],
    as: cut,
  },
  {
    name: "ends in the middle of an event",
    steps: (asked) => [write(chunk(nextDelta(asked).subarray(0, -20))), write(lastChunk)],
    as: cut,
  },
  {
    name: "sends an event that is no JSON",
    steps: () => [write(chunk("data: {what?\n\n")), write(lastChunk)],
    as: { ...malformed, inEvents: true },
  },
  { name: "is silent", steps: () => [hold()], as: timedOut, slow: true },
];

const nothing: Script = () => [write(streamHead)];
const opened: Script = (asked) => [write(streamHead), write(chunk(partsFor(asked).opening))];
/** The beginning of the answer, which the client has before anything goes wrong. */
export const begun: Script = (asked) => {
  const { opening, deltas } = partsFor(asked);
  return [
    write(streamHead),
    write(chunk(opening)),
    ...deltas.slice(0, 3).map((delta) => write(chunk(delta))),
    hold(asked.released),
  ];
};

const after =
  (beginning: Script, { steps }: Ending): Script =>
  (asked) => [...beginning(asked), ...steps(asked)];

/** Only of a stream, before any of its content is there. */
const emptyStreamFaults: readonly Fault[] = [
  ...endings.flatMap((ending) => [
    { name: `${ending.name} as the first thing of a stream`, script: after(nothing, ending), ...ending.as },
    { name: `${ending.name} after a stream's opening`, script: after(opened, ending), ...ending.as },
  ]),
  {
    name: "answers a stream with a type that is none",
    script: () => [write(message(200, { "content-type": "text/plain" }, "It works!"))],
    ...malformed,
  },
  {
    name: "answers a stream with nothing",
    script: () => [write(message(200, { "content-type": "text/event-stream" }, ""))],
    ...cut,
  },
  {
    name: "ends an unframed stream after its opening",
    script: (asked) => [write(unframedStreamHead), write(partsFor(asked).opening), fin],
    ...cut,
  },
  {
    name: "says only that it is alive, again and again",
    script: () => [write(streamHead), { kind: "repeat", bytes: chunk(": ping\n\n").toString(), everyMs: 5 }],
    ...timedOut,
  },
];

/** Of a stream whose content has begun. The test lets them go on when its client has seen that. */
export const lateFaults: readonly (Fault & { readonly slow: boolean })[] = [
  ...endings.map((ending) => ({
    name: `${ending.name} in the middle of a stream`,
    script: after(begun, ending),
    ...ending.as,
    slow: ending.slow === true,
  })),
  {
    name: "ends an unframed stream in the middle",
    script: (asked) => [
      write(unframedStreamHead),
      write(partsFor(asked).opening + partsFor(asked).deltas.slice(0, 3).join("")),
      hold(asked.released),
      fin,
    ],
    ...cut,
    slow: false,
  },
];

/** Whatever goes wrong before any content is there. */
export const earlyFaults = (stream: boolean): readonly Fault[] => [
  ...headFaults,
  ...statusFaults,
  ...bodyFaults,
  ...(stream ? emptyStreamFaults : wholeFaults),
];

/** A stream of content that never ends. */
export const endless: Script = (asked) => {
  const { opening, deltas } = partsFor(asked);
  return [
    write(streamHead),
    write(chunk(opening)),
    { kind: "repeat", bytes: chunk(deltas[0] ?? "").toString(), everyMs: 5 },
  ];
};

/** Odd, and yet right: nothing may come of it. */
export const harmless: readonly { readonly name: string; readonly script: Script; readonly streamOnly?: boolean }[] = [
  { name: "answers byte by byte", script: dribbled(answered) },
  {
    name: "closes its connection after the answer",
    script: (asked) => [...answered(asked), { kind: "close", how: "fin", whole: true }],
  },
  {
    name: "resets its connection after the answer",
    script: (asked) => [...answered(asked), hold(asked.released), { kind: "close", how: "reset", whole: true }],
  },
  {
    name: "sends comments between the events",
    script: (asked) => {
      const { opening, deltas, ending } = partsFor(asked);
      const events = [opening, ...deltas, ending].join(": still here\n\n");
      return [write(streamHead), write(chunk(`: hello\n\n${events}`)), write(lastChunk)];
    },
    streamOnly: true,
  },
];

function dribbled(script: Script): Script {
  return (asked) =>
    script(asked).map((step) =>
      step.kind === "write" ? { kind: "dribble", bytes: Buffer.from(step.bytes).toString(), tells: step.tells } : step,
    );
}
