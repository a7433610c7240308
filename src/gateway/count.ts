import type { ChatRequest } from "../../gen/causeway/chat/v1/chat_pb.ts";
import { UsageSource } from "../../gen/causeway/chat/v1/usage_pb.ts";
import type { Clock } from "../core/clock.ts";
import type { Dialect } from "../core/dialect.ts";
import { GatewayError } from "../core/error.ts";
import type { TokenCount } from "../core/gateway.ts";
import type { Target, TokenCounter } from "../core/ports.ts";
import type { RouteRequest, Router } from "../core/routing.ts";
import { textOfRequest } from "../core/text.ts";
import { newTrail } from "../core/trail.ts";
import { readAll, toldBy } from "./attempt.ts";

/** An answer with one number in it is no longer than this. */
const longestCount = 64 * 1024;

/** Counting is free, and a client that counts waits with its real request: no use in waiting long. */
const longestWaitMs = 10_000;

export interface CountDeps {
  readonly router: Router;
  readonly tokens: TokenCounter;
  readonly newId: () => string;
  readonly clock: Clock;
}

/** Where the chat itself would go, a count goes. */
const askedFor = (chat: ChatRequest, clock: Clock, inputTokens: () => Promise<number>): RouteRequest => ({
  model: chat.model,
  operation: "count",
  stream: false,
  session: undefined,
  trail: newTrail(),
  deadline: clock.now() + longestWaitMs,
  elapsedUs: () => 0,
  chat: () => chat,
  inputTokens,
});

/**
 * How many tokens a request has: the provider's own count where it has such an endpoint, else an estimate, which says
 * so. Also when the provider cannot count at the moment; what it finds wrong with the request is passed on.
 */
export async function countTokens(
  chat: ChatRequest,
  client: Dialect | undefined,
  signal: AbortSignal,
  { router, tokens, newId, clock }: CountDeps,
): Promise<TokenCount> {
  const estimate = (): Promise<number> => tokens.count(textOfRequest(chat));
  const route = await router.route(askedFor(chat, clock, estimate), signal);
  const { upstream } = route.first;
  // one that cannot count is not held for it
  const step = upstream.tongues.some(({ operations }) => operations.has("count")) ? route.next() : undefined;
  if (step?.kind === "ask") {
    const { target } = step.attempt;
    const counted = await ask(chat, client, target, newId(), signal).finally(() => step.attempt.end({ kind: "left" }));
    if (counted !== undefined) {
      return { inputTokens: counted, source: UsageSource.REPORTED, countedBy: target.upstream.name };
    }
  }
  const inputTokens = await estimate();
  return { inputTokens, source: UsageSource.ESTIMATED, countedBy: tokens.name };
}

/** undefined: the provider has no such endpoint, or it does not work. */
async function ask(
  chat: ChatRequest,
  client: Dialect | undefined,
  target: Target,
  requestId: string,
  signal: AbortSignal,
): Promise<number | undefined> {
  const { upstream, model, credential } = target;
  const able = upstream.tongues.filter(({ operations }) => operations.has("count"));
  const tongue = able.find(({ dialect }) => dialect === client) ?? able[0];
  const codec = tongue?.dialect.counting;
  if (tongue === undefined || codec === undefined) return undefined;
  const { body } = codec.request.write(chat, { model, stream: false, variant: tongue.variant });
  const limit = AbortSignal.any([signal, AbortSignal.timeout(longestWaitMs)]);
  try {
    const answer = await upstream.ask({
      operation: "count",
      tongue,
      model,
      body,
      stream: false,
      credential,
      requestId,
      signal: limit,
    });
    const bytes = await readAll(answer.body, longestCount);
    if (answer.status === 400) throw toldBy(target, tongue.dialect.error.read(answer.status, bytes));
    if (answer.status < 200 || answer.status > 299) return undefined;
    return codec.answer.read(JSON.parse(bytes.toString("utf8")));
  } catch (error) {
    if (signal.aborted) throw error;
    if (error instanceof GatewayError && error.code === "invalid_request") throw error;
    return undefined;
  }
}
