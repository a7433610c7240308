import type { Dialect } from "../core/dialect.ts";
import { GatewayError } from "../core/error.ts";
import type { Call, Exchange } from "../core/exchange.ts";
import type { Gateway } from "../core/gateway.ts";
import { drained, type FacadeRequest, type FacadeResponse, type ResponseHeaders, sendWhole } from "./http.ts";

/** Headers that every answer to a call has. */
function exchangeHeaders({ id, dropped, target }: Exchange): ResponseHeaders {
  const headers: ResponseHeaders = { "causeway-request-id": id };
  if (target !== undefined) headers["causeway-target"] = encodeURI(`${target.upstream.name}/${target.model}`);
  if (dropped.length > 0) headers["causeway-dropped"] = encodeURI(dropped.join(", "));
  return headers;
}

/** Answers a call in the client's dialect, whole or streamed. Throws GatewayError as long as nothing was written. */
export async function answer(
  gateway: Gateway,
  call: Call,
  dialect: Dialect,
  request: FacadeRequest,
  response: FacadeResponse,
): Promise<void> {
  const exchange = gateway.open(call);
  response.on("close", () => {
    if (!response.writableEnded) exchange.cancel(new GatewayError("cancelled", "The client left."));
  });
  try {
    if (call.stream) await answerStream(gateway, exchange, dialect, response);
    else await answerWhole(gateway, exchange, dialect, request, response);
  } catch (error) {
    const headers = exchangeHeaders(exchange);
    for (const name in headers) response.setHeader(name, headers[name] ?? "");
    throw error;
  }
}

async function answerWhole(
  gateway: Gateway,
  exchange: Exchange,
  dialect: Dialect,
  request: FacadeRequest,
  response: FacadeResponse,
): Promise<void> {
  const answer = await gateway.whole(exchange);
  const body = answer.dialect === dialect ? answer.bytes : Buffer.from(dialect.answer.write(answer.read()));
  const headers = exchangeHeaders(exchange);
  headers["content-type"] = "application/json";
  await sendWhole(request, response, headers, body);
}

/**
 * The provider's bytes when it speaks the client's dialect, events written anew otherwise. Once something was written,
 * a failure ends the stream in the client's dialect.
 */
async function answerStream(
  gateway: Gateway,
  exchange: Exchange,
  dialect: Dialect,
  response: FacadeResponse,
): Promise<void> {
  const writer = dialect.stream.writer({ usageWanted: exchange.call.usageWanted });
  let begun = false;
  const begin = (): void => {
    begun = true;
    const headers = exchangeHeaders(exchange);
    headers["content-type"] = dialect.stream.contentType;
    headers["cache-control"] = "no-cache";
    headers["x-accel-buffering"] = "no"; // nginx would hold the stream back
    response.writeHead(200, headers);
  };
  try {
    for await (const frame of gateway.frames(exchange)) {
      const out = frame.dialect === dialect ? frame.relay : writer.write(frame.events());
      if (!begun) begin();
      if (out.length > 0 && !response.write(out)) await drained(response, exchange.signal);
    }
  } catch (thrown) {
    const error = GatewayError.from(thrown);
    if (!begun) throw error;
    response.end(writer.fail(error));
    return;
  }
  if (!begun) begin();
  response.end(writer.end());
}
