import {
  type Asked,
  chunk,
  fin,
  hold,
  json,
  lastChunk,
  message,
  refused,
  reset,
  type Step,
  streamHead,
  write,
} from "../faults/script.ts";
import type { Random } from "../soak/random.ts";
import { mockModels, type PlanName, type RawName, rawModels } from "./places.ts";
import { answer, begun, halfBody, opened, untold } from "./said.ts";
import type { Tokens } from "./tokens.ts";
import type { Way } from "./ways.ts";

/** One asking of a provider for a call. */
export interface Asking {
  readonly place: RawName;
  /** How often this place was asked for the call before. */
  readonly nth: number;
  /** Its own. */
  readonly random: Random;
  /** What an answer takes. */
  readonly tokens: Tokens;
  /** Resolves when this place has been asked for the same call. */
  readonly askedAt: (place: RawName) => Promise<unknown>;
  /** Resolves when the client has heard some of the answer. */
  readonly heard: Promise<unknown>;
}

/** What becomes of a call. */
export interface Fate {
  readonly name: string;
  /** Of all calls, relative to the others. */
  readonly share: number;
  /** What may be asked for. */
  readonly models: readonly string[];
  /** Whether it is one of streams alone, or of whole answers alone. undefined: of both. */
  readonly stream?: boolean;
  readonly fits?: (way: Way) => boolean;
  /** "late": the client's time was over, which it or the gateway has seen first. */
  readonly ends: "answered" | "failed" | "left" | "late";
  /** When the client leaves: as soon as the provider was asked, or with the first of the answer. */
  readonly leaves?: "asked" | "heard";
  /** How long the client waits. */
  readonly timeoutMs?: number;
  readonly strict?: boolean;
  /** At the mock, where nothing is said here, all goes well. `nth`: how often the model was asked for the call before. */
  readonly status?: (model: string, nth: number) => number | undefined;
  readonly script?: (asked: Asked, asking: Asking) => readonly Step[];
}

const plan = (name: PlanName): string => name;
const chats = ({ embeds }: Way): boolean => !embeds;
const embeds = (way: Way): boolean => way.embeds;

const broken = { message: "The model broke", type: "api_error", code: null };

/** What may pass: each is said after the request was read, so that it is in the books. */
function passing(asked: Asked, { random, tokens }: Asking): readonly Step[] {
  const refusals = [
    refused(500, { type: "api_error" }),
    refused(503, { type: "api_error" }),
    refused(529, { type: "overloaded_error" }),
    refused(429, { type: "rate_limit_error", headers: { "retry-after-ms": "1" } }),
  ].map((script) => script(asked));
  const errorEvent = write(Buffer.concat([chunk(asked.voice.refusalEvent(broken)), Buffer.from(lastChunk)]));
  const streamed = [
    [write(streamHead), errorEvent],
    [opened(asked, tokens), errorEvent],
    [opened(asked, tokens), write(lastChunk)],
    [opened(asked, tokens), fin],
  ];
  const whole = [[write(message(200, json, asked.voice.refusal(broken)))], [halfBody(asked, tokens), fin]];
  return random.pick([...refusals, ...(asked.stream ? streamed : whole)]);
}

/** What ends a stream whose client has heard something. */
function cutting(asked: Asked, { random }: Asking): readonly Step[] {
  const { voice } = asked;
  return random.pick([
    [write(chunk(voice.refusalEvent(broken))), write(lastChunk)],
    [write(lastChunk)],
    [fin],
    [reset],
  ]);
}

/** Nothing yet, or an answer that does not go on. */
const stalled = (asked: Asked, { random, tokens }: Asking): readonly Step[] =>
  asked.stream && random.happens(0.5) ? [opened(asked, tokens), hold()] : [hold()];

/** The places of a plan with a hedge. */
const hedged = ({ model }: Asked): { readonly first: RawName; readonly second: RawName } =>
  model === "priced" ? { first: "north", second: "west" } : { first: "west", second: "north" };

const answers = (asked: Asked, { tokens }: Asking): readonly Step[] => answer(asked, tokens);

export const fates: readonly Fate[] = [
  {
    name: "is answered by the mock",
    share: 44,
    models: [...mockModels, ...mockModels, plan("turns"), plan("chance"), plan("cheap")],
    fits: chats,
    ends: "answered",
  },
  { name: "is answered with all kinds of tokens", share: 12, models: rawModels, fits: chats, ends: "answered" },
  {
    name: "is answered without what it took",
    share: 3,
    models: ["north/priced", "south/priceless"],
    fits: chats,
    ends: "answered",
    script: untold,
  },
  {
    name: "is tried again",
    share: 9,
    models: rawModels,
    fits: chats,
    ends: "answered",
    script: (asked, asking) => (asking.nth === 0 ? passing(asked, asking) : answer(asked, asking.tokens)),
  },
  {
    name: "is tried again at the mock",
    share: 3,
    models: mockModels,
    fits: chats,
    ends: "answered",
    status: (_, nth) => (nth === 0 ? 503 : undefined),
  },
  {
    name: "falls to the next place",
    share: 6,
    models: [plan("fall"), plan("dear")],
    fits: chats,
    ends: "answered",
    script: (asked, asking) => (asking.place === "south" ? answer(asked, asking.tokens) : passing(asked, asking)),
  },
  {
    name: "falls to the next place at the mock",
    share: 3,
    models: [plan("across")],
    fits: chats,
    ends: "answered",
    status: (model) => (model.startsWith("anthropic") ? 500 : undefined),
  },
  {
    name: "fails everywhere",
    share: 3,
    models: [...rawModels, plan("fall"), plan("dear")],
    fits: chats,
    ends: "failed",
    script: passing,
  },
  {
    name: "is refused",
    share: 2,
    models: [...rawModels, ...mockModels, plan("fall")],
    fits: chats,
    ends: "failed",
    status: () => 400,
    script: (asked) => refused(400, { type: "invalid_request_error" })(asked),
  },
  {
    name: "is cut off",
    share: 5,
    models: rawModels,
    stream: true,
    fits: chats,
    ends: "failed",
    script: (asked, asking) => [...begun(asked, asking.tokens), hold(asking.heard), ...cutting(asked, asking)],
  },
  {
    name: "is left before its answer",
    share: 4,
    models: rawModels,
    fits: chats,
    ends: "left",
    leaves: "asked",
    script: stalled,
  },
  {
    name: "is left in the middle",
    share: 4,
    models: rawModels,
    stream: true,
    fits: chats,
    ends: "left",
    leaves: "heard",
    script: (asked, { tokens }) => [...begun(asked, tokens), hold()],
  },
  {
    name: "is answered by its hedge",
    share: 3,
    models: [plan("hedged"), plan("unknown")],
    fits: chats,
    ends: "answered",
    script: (asked, asking) =>
      asking.place === hedged(asked).first
        ? stalled(asked, asking)
        : [hold(asking.askedAt(hedged(asked).first)), ...answer(asked, asking.tokens)],
  },
  {
    name: "is answered before its hedge",
    share: 3,
    models: [plan("hedged"), plan("unknown")],
    fits: chats,
    ends: "answered",
    script: (asked, asking) =>
      asking.place === hedged(asked).first
        ? [hold(asking.askedAt(hedged(asked).second)), ...answer(asked, asking.tokens)]
        : stalled(asked, asking),
  },
  {
    name: "is answered when patience is over",
    share: 0.5,
    models: [plan("patient")],
    fits: chats,
    ends: "answered",
    script: (asked, asking) => (asking.place === "north" ? [hold()] : answer(asked, asking.tokens)),
  },
  {
    name: "has too little time",
    share: 0.5,
    models: rawModels,
    fits: (way) => chats(way) && way.sendsDeadline,
    ends: "late",
    timeoutMs: 2000,
    script: stalled,
  },
  {
    name: "asks for what nobody has",
    share: 1.5,
    models: ["no-such-name", "nobody/large", "north-west/priced"],
    ends: "failed",
  },
  {
    name: "asks for what the provider cannot say",
    share: 1,
    models: ["mock-chat/chat-priced", "north/priced", plan("fall")],
    fits: (way) => chats(way) && way.hasTopK,
    ends: "failed",
    strict: true,
  },
  {
    name: "has vectors from the mock",
    share: 1,
    models: ["mock-chat/chat-priced", "mock-chat/chat-priceless"],
    fits: embeds,
    ends: "answered",
  },
  {
    name: "has vectors",
    share: 2,
    models: ["north/priced", "north/priceless", "south/priced"],
    fits: embeds,
    ends: "answered",
  },
  {
    name: "has vectors at the second try",
    share: 1,
    models: ["north/priced", "south/priceless"],
    fits: embeds,
    ends: "answered",
    script: (asked, asking) => (asking.nth === 0 ? passing(asked, asking) : answer(asked, asking.tokens)),
  },
  {
    name: "is refused vectors",
    share: 0.5,
    models: ["mock-chat/chat-priced", "south/priceless"],
    fits: embeds,
    ends: "failed",
    status: () => 400,
    script: (asked) => refused(400, { type: "invalid_request_error" })(asked),
  },
  {
    name: "is left before its vectors",
    share: 0.5,
    models: ["north/priced", "south/priceless"],
    fits: embeds,
    ends: "left",
    leaves: "asked",
    script: () => [hold()],
  },
  {
    name: "asks for vectors where there are none",
    share: 0.5,
    models: ["west/priced", "mock-anthropic/anthropic-priced"],
    fits: embeds,
    ends: "failed",
  },
];

/** What a server does with a request for a call. */
export const scriptOf = (fate: Fate, asked: Asked, asking: Asking): readonly Step[] =>
  (fate.script ?? answers)(asked, asking);
