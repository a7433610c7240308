import { refuseBroken } from "../core/broken-json.ts";
import type { Dialect, EmbeddingsCodec } from "../core/dialect.ts";
import { GatewayError } from "../core/error.ts";
import type { Exchange } from "../core/exchange.ts";
import type { Router, Target, Upstream, UpstreamAnswer } from "../core/ports.ts";

/** An error's body is read up to here; what is longer is no error object. */
const longestErrorBody = 64 * 1024;

/** An answer that has begun with a success status. */
export interface BegunAnswer {
  readonly dialect: Dialect;
  readonly body: UpstreamAnswer["body"];
}

/** Chooses where the exchange goes and asks there. Throws GatewayError. */
export async function attempt(exchange: Exchange, router: Router): Promise<BegunAnswer> {
  const { call, signal } = exchange;
  signal.throwIfAborted();
  const planned = router.plan(call.model, signal);
  const target = planned instanceof Promise ? await planned : planned;
  exchange.target = target;
  const body = requestBody(exchange, target);
  const operation = call.request.kind === "embeddings" ? "embeddings" : "chat";
  exchange.attempts += 1;
  exchange.askedAfter = exchange.elapsed();
  const { upstream, credential } = target;
  const answer = await upstream.ask({
    operation,
    body,
    stream: call.stream,
    credential,
    requestId: exchange.id,
    signal,
  });
  const { status, contentType, body: answerBody } = answer;
  const { dialect } = upstream;
  const isExpected = !call.stream || contentType.startsWith(dialect.stream.contentType);
  if (status < 200 || status > 299 || !isExpected) throw await refusal(answer, target, exchange);
  return { dialect, body: answerBody };
}

/** The client's own bytes when both sides speak one dialect; otherwise the request, written anew. */
function requestBody(exchange: Exchange, { upstream, model }: Target): Uint8Array | string {
  const { request, stream, strict } = exchange.call;
  const { dialect } = upstream;
  if (request.kind === "wire" && request.dialect === dialect)
    return dialect.request.relay(request.body, { model, stream });
  const written =
    request.kind === "embeddings"
      ? embeddingsOf(upstream).write(request.embeddings, model)
      : dialect.request.write(exchange.chat(), { model, stream });
  exchange.dropped = written.dropped;
  if (strict) refuseDropped(written.dropped, dialect);
  return written.body;
}

/** Throws GatewayError "not_supported" for a provider whose dialect has no embeddings. */
function embeddingsOf({ name, dialect }: Upstream): EmbeddingsCodec {
  if (dialect.embeddings !== undefined) return dialect.embeddings;
  throw new GatewayError("not_supported", `The provider '${name}' has no embeddings in its dialect '${dialect.name}'.`);
}

function refuseDropped(dropped: readonly string[], dialect: Dialect): void {
  if (dropped.length === 0) return;
  throw new GatewayError(
    "unsupported_field",
    `The provider's dialect '${dialect.name}' cannot say: ${dropped.join(", ")}. Leave these out, or do not ask for strictness.`,
    { param: dropped[0] },
  );
}

/** What the provider's answer reports, when that is no success: also one that says so with a success status. */
async function refusal(answer: UpstreamAnswer, target: Target, { call }: Exchange): Promise<GatewayError> {
  const { name, dialect } = target.upstream;
  const body = await readAll(answer.body, longestErrorBody);
  if (answer.status < 200 || answer.status > 299) {
    const { request } = call;
    // of a relayed body only the outline was read: when the provider refuses it, that it is broken is the better answer
    if (answer.status === 400 && request.kind === "wire") refuseBroken(() => request.body.value());
    return ofTarget(dialect.error.read(answer.status, body), target, answer.retryAfterMs);
  }
  try {
    dialect.answer.watch(body);
  } catch (error) {
    return ofTarget(GatewayError.from(error), target, answer.retryAfterMs);
  }
  const said = answer.contentType === "" ? "nothing" : `'${answer.contentType}'`;
  return new GatewayError("upstream_malformed", `The provider '${name}' answered a stream with ${said}.`, {
    provider: name,
  });
}

/** The same error with the provider's name, how long it asked to wait, and without the key, which some providers repeat. */
function ofTarget(error: GatewayError, { upstream, credential }: Target, retryAfterMs?: number): GatewayError {
  const { code, message, param, upstreamStatus, nativeType, nativeCode, cause } = error;
  const shown = credential === undefined ? message : message.replaceAll(credential.secret, credential.masked);
  return new GatewayError(code, shown, {
    param,
    upstreamStatus,
    nativeType,
    nativeCode,
    cause,
    provider: error.provider ?? upstream.name,
    retryAfterMs: error.retryAfterMs ?? retryAfterMs,
  });
}

/** Reads to the end. More than `limit` bytes: ends the request and returns what is there. */
export async function readAll(body: UpstreamAnswer["body"], limit: number): Promise<Buffer> {
  const first = await body.next();
  if (first.done === true) return Buffer.alloc(0);
  let length = first.value.length;
  const pieces = [first.value];
  for (let next = await body.next(); next.done !== true; next = await body.next()) {
    pieces.push(next.value);
    length += next.value.length;
    if (length <= limit) continue;
    await body.return?.();
    break;
  }
  return pieces.length === 1 ? first.value : Buffer.concat(pieces, length);
}

/** Notes that the exchange failed. Returns why, with the provider's name where it was the provider. */
export function failed(exchange: Exchange, thrown: unknown): GatewayError {
  const error = exchange.fail(thrown);
  const { target } = exchange;
  const isProviders = error.upstreamStatus !== undefined || error.code.startsWith("upstream_");
  if (!isProviders || target === undefined || error.provider !== undefined) return error;
  exchange.error = ofTarget(error, target);
  return exchange.error;
}
