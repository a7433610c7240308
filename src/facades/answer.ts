import type { ChatEvent, ChatResponse } from "../../gen/causeway/chat/v1/chat_pb.ts";
import type { Dialect } from "../core/dialect.ts";
import { GatewayError } from "../core/error.ts";
import type { Call, Exchange } from "../core/exchange.ts";
import type { Frame } from "../core/frame.ts";
import type { Gateway } from "../core/gateway.ts";
import { drained, type FacadeRequest, type FacadeResponse, isGone, type ResponseHeaders, sendWhole } from "./http.ts";

/** What answering needs besides the call. */
export interface AnswerOptions {
  readonly gateway: Gateway;
  /** The client's. */
  readonly dialect: Dialect;
  /** After how long a silence a stream says that it is alive, in ms. */
  readonly keepAliveMs: number;
  /** How a translated answer's id begins, where clients refer to answers later. undefined: it keeps the provider's. */
  readonly idPrefix?: string | undefined;
  /** undefined: the dialect's own events. */
  readonly layout?: StreamLayout | undefined;
  /** Another form of a whole answer than the dialect's own, as JSON text. The exchange is settled by then. */
  readonly form?: ((chat: ChatResponse, exchange: Exchange) => string) | undefined;
}

/** Another way to lay a stream out than the dialect's own. Made for one answer. */
export interface StreamLayout {
  readonly contentType: string;
  readonly keepAlive: string;
  /** `wire`: whole events. */
  write(wire: Buffer | string): string;
  end(wire: Buffer | string): string;
}

/** Headers that every answer to a call has. */
export function exchangeHeaders({ id, attempts, dropped, emulated, target }: Exchange): ResponseHeaders {
  const headers: ResponseHeaders = { "causeway-request-id": id };
  if (attempts > 0) headers["causeway-attempts"] = attempts;
  if (target !== undefined) headers["causeway-target"] = encodeURI(`${target.upstream.name}/${target.model}`);
  if (dropped.length > 0) headers["causeway-dropped"] = encodeURI(dropped.join(", "));
  if (emulated.length > 0) headers["causeway-emulated"] = encodeURI(emulated.join(", "));
  return headers;
}

/** The same for an answer that is still to be written: that it failed. */
function setExchangeHeaders(exchange: Exchange, response: FacadeResponse): void {
  const headers = exchangeHeaders(exchange);
  for (const name in headers) response.setHeader(name, headers[name] ?? "");
}

/** Works on an exchange until the client leaves. What the work throws is thrown, with the headers set that say whose it is. */
export async function whileClientStays(
  exchange: Exchange,
  response: FacadeResponse,
  work: () => Promise<void>,
): Promise<void> {
  const leave = (): void => {
    if (!response.writableEnded) exchange.cancel(new GatewayError("cancelled", "The client left."));
  };
  if (isGone(response))
    leave(); // while its request was looked at
  else response.on("close", leave);
  try {
    await work();
  } catch (error) {
    setExchangeHeaders(exchange, response);
    throw error;
  }
}

/** Answers a call in the client's dialect, whole or streamed. Throws GatewayError as long as nothing was written. */
export async function answer(
  options: AnswerOptions,
  call: Call,
  request: FacadeRequest,
  response: FacadeResponse,
): Promise<void> {
  const { gateway, idPrefix } = options;
  const exchange = gateway.open(call);
  if (idPrefix !== undefined) exchange.answerId = idPrefix + exchange.id.replaceAll("-", "");
  await whileClientStays(exchange, response, () =>
    call.stream ? answerStream(options, exchange, response) : answerWhole(options, exchange, request, response),
  );
}

async function answerWhole(
  { gateway, dialect, form }: AnswerOptions,
  exchange: Exchange,
  request: FacadeRequest,
  response: FacadeResponse,
): Promise<void> {
  const own = exchange.answerId;
  const answer = await gateway.whole(exchange);
  let body = answer.bytes;
  if (form !== undefined) body = Buffer.from(form(answer.read(), exchange));
  else if (answer.dialect !== dialect) {
    const chat = answer.read();
    body = Buffer.from(dialect.answer.write(own === undefined ? chat : { ...chat, id: own }));
  }
  const headers = exchangeHeaders(exchange);
  headers["content-type"] = "application/json";
  await sendWhole(request, response, headers, body);
}

/**
 * The provider's bytes when it speaks the client's dialect, events written anew otherwise. Once something was written,
 * a failure ends the stream in the client's dialect.
 */
async function answerStream(
  { gateway, dialect, keepAliveMs, layout }: AnswerOptions,
  exchange: Exchange,
  response: FacadeResponse,
): Promise<void> {
  const { stream } = dialect;
  const writer = stream.writer({ usageWanted: exchange.call.usageWanted });
  const own = exchange.answerId;
  let begun = false;
  let relayed = false;
  let stalled = false;
  const begin = (): void => {
    begun = true;
    const headers = exchangeHeaders(exchange);
    headers["content-type"] = layout?.contentType ?? stream.contentType;
    headers["cache-control"] = "no-cache";
    headers["x-accel-buffering"] = "no"; // nginx would hold the stream back
    response.writeHead(200, headers);
  };
  // balancers and clients give up on a connection that is silent for long, as it is while a model thinks
  const pulse = setTimeout(() => {
    if (!begun) begin();
    if (!stalled) stalled = !response.write(layout?.keepAlive ?? stream.keepAlive);
    pulse.refresh();
  }, keepAliveMs);
  const end = (wire: Buffer | string): void => {
    clearTimeout(pulse);
    if (!begun) begin();
    response.end(layout === undefined ? wire : layout.end(wire));
  };
  // Apart from the loop, which would hold on to all that was written while it waits for more.
  const write = (frame: Frame): void => {
    relayed = frame.dialect === dialect;
    const wire = relayed ? frame.relay : writer.write(named(frame.events(), own));
    const out = layout === undefined ? wire : layout.write(wire);
    if (!begun) begin();
    if (out.length === 0) return;
    pulse.refresh();
    stalled = !response.write(out);
  };
  try {
    for await (const frame of gateway.frames(exchange)) {
      write(frame);
      if (!stalled) continue;
      await drained(response, exchange.signal);
      stalled = false;
    }
  } catch (thrown) {
    clearTimeout(pulse);
    const error = GatewayError.from(thrown);
    if (!begun) throw error;
    end(writer.fail(error));
    return;
  }
  end((relayed ? exchange.held : undefined) ?? writer.end());
}

/** The same events, with the id by which the client knows the answer. */
function named(events: ChatEvent[], id: string | undefined): ChatEvent[] {
  if (id === undefined) return events;
  for (const { kind } of events) if (kind.case === "start") kind.value.id = id;
  return events;
}
