import { UsageSource } from "../../gen/causeway/chat/v1/usage_pb.ts";
import {
  AttemptOutcome,
  type AttemptStep,
  type Group,
  type RequestRow,
  Status,
  type Trail,
} from "../../gen/causeway/stats/v1/stats_pb.ts";
import type { Entry } from "./books.ts";
import { pricesOf } from "./places.ts";
import type { Evidence, Told } from "./run.ts";
import { costAt, isNothing, minus, noTokens, plus, type Tokens, textOf, tokensIn } from "./tokens.ts";

/** What has to be true of each call. A law gives what breaks it, each with the call; nothing: it holds. */

/** A call with all that is known of it. */
export interface Case {
  readonly told: Told;
  readonly row: RequestRow;
  readonly attempts: readonly AttemptStep[];
  readonly entries: readonly Entry[];
}

const attemptsOf = (trail: Trail | undefined): AttemptStep[] =>
  (trail?.steps ?? []).flatMap(({ kind }) => (kind.case === "attempt" ? [kind.value] : []));

/** Whether the client has to have got the head of an answer: all do, but those that leave. */
const mustHaveHead = ({ planned, outcome }: Told): boolean =>
  outcome.error === undefined || planned.fate.ends === "failed";

/** Every call has one row, by its own id and by the one that it was told; and there are no others. */
export function oneRowEach({ told, rows }: Evidence): string[] {
  const faults: string[] = [];
  const byCall = Map.groupBy(rows, ({ clientRequestId }) => clientRequestId);
  for (const one of told) {
    const { planned, outcome } = one;
    const [row, ...more] = byCall.get(planned.id) ?? [];
    byCall.delete(planned.id);
    const id = outcome.headers.get("causeway-request-id");
    if (row === undefined) faults.push(`${planned.id}: no row`);
    else if (more.length > 0) faults.push(`${planned.id}: ${more.length + 1} rows`);
    else if (id !== undefined && id !== row.id) faults.push(`${planned.id}: told ${id}, booked as ${row.id}`);
    else if (id === undefined && mustHaveHead(one)) faults.push(`${planned.id}: was told no id`);
  }
  for (const id of byCall.keys()) faults.push(`${id}: a row of a call that nobody made`);
  const ids = new Set(rows.map(({ id }) => id));
  if (ids.size !== rows.length) faults.push(`${rows.length - ids.size} ids come twice`);
  return faults;
}

export function casesOf({ told, rows, trails, entries }: Evidence): Case[] {
  const byCall = new Map(rows.map((row) => [row.clientRequestId, row]));
  const asked = Map.groupBy(entries, ({ call }) => call);
  return told.flatMap((one) => {
    const { id } = one.planned;
    const row = byCall.get(id);
    if (row === undefined) return [];
    return [{ told: one, row, attempts: attemptsOf(trails.get(row.id)), entries: asked.get(id) ?? [] }];
  });
}

type CaseLaw = (one: Case) => readonly (string | false)[];

/** The law over all calls. */
const each =
  (law: CaseLaw) =>
  (cases: readonly Case[]): string[] =>
    cases.flatMap((one) => {
      const { id, fate, way, stream, model } = one.told.planned;
      const call = `${id} (${way.name}${stream ? ", streamed" : ""}, ${model}, ${fate.name})`;
      return law(one).flatMap((fault) => (fault === false ? [] : [`${call}: ${fault}`]));
    });

const endings: Readonly<Record<string, readonly string[]>> = { late: ["failed", "left"] };

/** The client, the row and what was to become of the call are of one mind. */
export const endsAsPlanned = each(({ told: { planned, outcome }, row }) => {
  const { ends } = planned.fate;
  const isAnswered = outcome.error === undefined;
  const booked = statusWords.get(row.status) ?? "of no status";
  return [
    isAnswered !== (ends === "answered") && `its client has ${outcome.error?.message ?? "an answer"}`,
    !(endings[ends] ?? [ends]).includes(booked) && `its row says that it was ${booked}, ${row.errorCode}`,
    (row.errorCode === "") !== (ends === "answered") && `its row has the error code "${row.errorCode}"`,
  ];
});

/** What the client said of itself is in its row. */
export const saysWhoAsked = each(({ told: { planned }, row }) => {
  const { way, key, tags, endUser, session, model, stream } = planned;
  const facts = [
    ["facade", row.facade, way.facade],
    ["dialect", row.clientDialect, way.clientDialect],
    ["name of the model", row.alias, model],
    ["stream", String(row.stream), String(stream)],
    ["tags", row.tags.join(), tags.join()],
    ["end user", row.endUserId, endUser],
    ["session", row.session, session],
    ["key", row.accessKey.slice(-4), key.slice(-4)],
  ] as const;
  return facts.map(([what, booked, said]) => booked !== said && `its ${what} is "${said}", booked as "${booked}"`);
});

/** Attempts in the trail are requests in the providers' books, place by place and key by key. */
export const attemptsAreRequests = each(({ told, row, attempts, entries }) => {
  const { headers } = told.outcome;
  // An answer that says nothing of them says that there were none; who left need not have heard any.
  const hasHead = mustHaveHead(told) || headers.has("causeway-request-id");
  const header = headers.get("causeway-attempts") ?? (hasHead ? "0" : String(row.attempts));
  const placesOf = (places: readonly string[]): string => [...places].sort().join(", ") || "none";
  const tried = placesOf(attempts.map(({ target, credential }) => `${target} ${isRaw(target) ? credential : ""}`));
  const seen = placesOf(entries.map(({ place, key = "" }) => `${place} ${key}`));
  return [
    row.attempts !== attempts.length && `${row.attempts} attempts, ${attempts.length} in its trail`,
    header !== String(row.attempts) && `told ${header} attempts, booked ${row.attempts}`,
    tried !== seen && `tried ${tried}; the providers saw ${seen}`,
  ];
});

const isRaw = (target: string): boolean => !target.startsWith("mock-");

/** Whose answer began, whatever became of it. */
const isAnswer = ({ begunUs }: AttemptStep): boolean => begunUs !== undefined;

/** Attempts that have taken something and are not the answer. */
const lostOf = ({ attempts }: Case): AttemptStep[] =>
  attempts.filter((step) => !isAnswer(step) && step.usage !== undefined);

/** What a row has beyond what its trail says that others have taken. */
const ownTokens = (one: Case): Tokens =>
  minus(
    tokensIn(one.row.usage),
    lostOf(one).reduce((sum, { usage }) => plus(sum, tokensIn(usage)), noTokens),
  );

/** The entry of the attempt that became the answer: the last at its place. */
const answeringEntry = ({ attempts, entries }: Case): Entry | undefined => {
  const place = attempts.find(isAnswer)?.target;
  return entries.findLast((entry) => entry.place === place);
};

const sourceWords: ReadonlyMap<UsageSource, string> = new Map([
  [UsageSource.REPORTED, "told"],
  [UsageSource.ESTIMATED, "counted here"],
  [UsageSource.PARTIAL, "cut off"],
]);
export const sourceOf = ({ usage }: Pick<AttemptStep, "usage">): string =>
  sourceWords.get(usage?.source ?? UsageSource.UNSPECIFIED) ?? "of no source";
const statusWords: ReadonlyMap<Status, string> = new Map([
  [Status.OK, "answered"],
  [Status.ERROR, "failed"],
  [Status.CANCELLED, "left"],
]);

/** An answer that ran to its end took what its provider told, kind by kind; one that told nothing is marked as counted here. */
export const tokensAreAsTold = each((one) => {
  const { row, attempts } = one;
  if (row.status !== Status.OK) return [];
  const own = textOf(ownTokens(one));
  const source = sourceOf(row);
  const answers = attempts.filter(({ outcome }) => outcome === AttemptOutcome.ANSWERED).length;
  const entry = answeringEntry(one);
  if (entry === undefined) return [`nobody has answered it; ${answers} attempts say that they have`];
  const { told, place, ended } = entry;
  const booked = `${row.provider}/${row.model}`;
  return [
    ended !== "whole" && `its answer was ${ended}`,
    answers !== 1 && `${answers} attempts are its answer`,
    place !== booked && `answered by ${place}, booked as ${booked}`,
    told !== undefined && own !== textOf(told) && `booked ${own}; ${place} told ${textOf(told)}`,
    source !== (told === undefined ? "counted here" : "told") && `its tokens are marked as ${source}`,
  ];
});

/** What broke off is marked as that, and is no less than was told by then; what failed before it began took nothing. */
export const cutTokensAreMarked = each((one) => {
  const { told, row, entries } = one;
  if (row.status === Status.OK) return [];
  const own = ownTokens(one);
  const wasCut = told.planned.fate.stream === true;
  const last = entries.at(-1)?.told;
  return [
    !wasCut && !isNothing(own) && told.planned.fate.ends === "failed" && `it failed, and took ${textOf(own)}`,
    !isNothing(own) && sourceOf(row) !== "cut off" && `it took ${textOf(own)}, marked as ${sourceOf(row)}`,
    wasCut && isNothing(own) && "it was cut off while it was answered, and has no tokens",
    wasCut &&
      last !== undefined &&
      own.inputTokens !== last.inputTokens &&
      `booked ${textOf(own)}; told ${textOf(last)} by the cut`,
  ];
});

/**
 * What an attempt that was lost has taken is what its provider told, or marked as no more than an estimate; and nothing that
 * was told is missing. Of an attempt that was left nobody knows how much of it was heard.
 */
export const lostTokensAreAsTold = each((one) => {
  const answer = answeringEntry(one);
  const isHeard = ({ ended, told }: Entry): boolean => ended === "broken" && told !== undefined;
  const heard = one.entries.filter((entry) => entry !== answer && isHeard(entry));
  const lines = (parts: readonly { readonly place: string; readonly tokens: Tokens }[]): string =>
    parts
      .map(({ place, tokens }) => `${place}: ${textOf(tokens)}`)
      .sort()
      .join("; ") || "nothing";
  const lost = lostOf(one).filter(({ outcome }) => outcome === AttemptOutcome.FAILED);
  const booked = lines(lost.map(({ target, usage }) => ({ place: target, tokens: tokensIn(usage) })));
  const told = lines(heard.map(({ place, told: tokens = noTokens }) => ({ place, tokens })));
  return [
    booked !== told && `failed attempts are booked with ${booked}; their providers told ${told}`,
    ...lostOf(one)
      .filter(({ outcome }) => outcome === AttemptOutcome.LEFT)
      .map((step) => {
        const taken = textOf(tokensIn(step.usage));
        const isTold = one.entries.some(
          (entry) => entry.place === step.target && taken === textOf(entry.told ?? noTokens),
        );
        return (
          sourceOf(step) !== "cut off" &&
          !isTold &&
          `${step.target} was left, booked with ${taken}, which it never told`
        );
      }),
  ];
});

/** The cost of each part by the configured prices, and of all together; unknown where one part's is. */
export const costsAreRight = each((one) => {
  const { row } = one;
  const lost = lostOf(one);
  const own = ownTokens(one);
  const parts = lost.map(({ target, usage }) => ({ place: target, tokens: tokensIn(usage) }));
  if (row.usage !== undefined && (lost.length === 0 || !isNothing(own))) {
    parts.push({ place: `${row.provider}/${row.model}`, tokens: own });
  }
  const cost = sumOf(parts.map(({ place, tokens }) => costOf(place, tokens)));
  const saved = sumOf(parts.map(({ place, tokens }) => savedOf(place, tokens)));
  return [
    row.costNanoUsd !== cost && `it costs ${named(cost)}, booked as ${named(row.costNanoUsd)}`,
    row.cacheSavedNanoUsd !== saved && `it saved ${named(saved)}, booked as ${named(row.cacheSavedNanoUsd)}`,
    (row.costNanoUsd === undefined) !== (row.priceVersion === "") &&
      `its cost is ${named(cost)}, by the prices "${row.priceVersion}"`,
    ...lost.map(({ target, usage, costNanoUsd }) => {
      const its = costOf(target, tokensIn(usage));
      return costNanoUsd !== its && `an attempt at ${target} costs ${named(its)}, noted as ${named(costNanoUsd)}`;
    }),
  ];
});

type Nanos = bigint | undefined;
const named = (cost: Nanos): string => (cost === undefined ? "what is not known" : `${cost} nano-dollars`);

const sumOf = (parts: readonly Nanos[]): Nanos =>
  parts.length === 0
    ? undefined
    : parts.reduce((sum, part) => (sum === undefined || part === undefined ? undefined : sum + part));

function costOf(place: string, tokens: Tokens): Nanos {
  const prices = pricesOf(place);
  return prices && costAt(prices, tokens);
}

/** How much more it would cost if all of the prompt were new. */
function savedOf(place: string, tokens: Tokens): Nanos {
  const prices = pricesOf(place);
  const uncached = { ...tokens, cacheReadTokens: 0, cacheWrite5mTokens: 0, cacheWrite1hTokens: 0 };
  return prices && costAt(prices, uncached) - costAt(prices, tokens);
}

/** The client is told what its row says. */
export const clientsAreToldTheSame = each((one) => {
  const { told, row } = one;
  if (row.status !== Status.OK) return [];
  const { usage, settlement } = told.outcome;
  const own = ownTokens(one);
  const [toldText, text] = [`${usage?.input} + ${usage?.output}`, `${own.inputTokens} + ${own.outputTokens}`];
  // at its end a stream of Anthropic's need not say again what the prompt took
  const isRelayed = row.stream && row.clientDialect === "anthropic" && row.upstreamDialect === "anthropic";
  const hasTold = usage !== undefined && answeringEntry(one)?.told !== undefined && !isRelayed;
  const settled = textOf(tokensIn(settlement?.usage));
  const booked = textOf(tokensIn(row.usage));
  return [
    hasTold && toldText !== text && `told ${toldText} tokens, booked ${text}`,
    ...(settlement === undefined
      ? []
      : [
          settlement.requestId !== row.id && `settled as ${settlement.requestId}, booked as ${row.id}`,
          settled !== booked && `settled with ${settled}, booked with ${booked}`,
          settlement.costNanoUsd !== row.costNanoUsd &&
            `settled for ${named(settlement.costNanoUsd)}, booked for ${named(row.costNanoUsd)}`,
        ]),
  ];
});

/** Sums by place and kind. */
class Ledger {
  readonly #places = new Map<string, Tokens>();

  add(place: string, tokens: Tokens): void {
    this.#places.set(place, plus(this.of(place), tokens));
  }

  of(place: string): Tokens {
    return this.#places.get(place) ?? noTokens;
  }
}

/**
 * The gateway's sums by model are what the providers' own books say that they have told for answers that went out whole, and
 * beside it what rows and trails mark as something else: counted here, cut off, or lost in other attempts.
 */
export function booksAreKept({ entries }: Evidence, cases: readonly Case[], byModel: readonly Group[]): string[] {
  const books = new Ledger();
  for (const { place, ended, told } of entries) {
    if (ended === "whole" && told !== undefined) books.add(place, told);
  }
  const apart = new Ledger();
  for (const one of cases) {
    const { row } = one;
    const place = `${row.provider}/${row.model}`;
    const isTold = row.status === Status.OK && sourceOf(row) === "told";
    apart.add(place, isTold ? minus(tokensIn(row.usage), ownTokens(one)) : tokensIn(row.usage));
  }
  return byModel.flatMap(({ name, totals }) => {
    const wanted = plus(books.of(name), apart.of(name));
    const of = (kind: string): number => wanted[kind] ?? 0;
    const facts = [
      ["input", totals?.inputTokens, of("inputTokens")],
      ["read from caches", totals?.cacheReadTokens, of("cacheReadTokens")],
      ["written to caches", totals?.cacheWriteTokens, of("cacheWrite5mTokens") + of("cacheWrite1hTokens")],
      ["written for an hour", totals?.cacheWrite1hTokens, of("cacheWrite1hTokens")],
      ["output", totals?.outputTokens, of("outputTokens")],
      ["reasoning", totals?.reasoningTokens, of("reasoningTokens")],
      ["audio in", totals?.inputAudioTokens, of("inputAudioTokens")],
      ["audio out", totals?.outputAudioTokens, of("outputAudioTokens")],
    ] as const;
    return facts.flatMap(([what, sum, book]) =>
      sum === BigInt(book) ? [] : [`${name}: ${sum} tokens ${what}; its books and what is marked apart say ${book}`],
    );
  });
}
