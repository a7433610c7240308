import type { Dialect } from "../core/dialect.ts";
import type { Gateway } from "../core/gateway.ts";
import type { JsonMembers } from "../lib/json-members.ts";
import { exchangeHeaders, whileClientStays } from "./answer.ts";
import { callOf } from "./call.ts";
import { type FacadeRequest, type FacadeResponse, sendWhole } from "./http.ts";

export interface EmbedOptions {
  readonly gateway: Gateway;
  /** The client's. */
  readonly dialect: Dialect;
  readonly facade: string;
}

/**
 * Answers a request for embeddings: one exchange, however many texts. `model`: where the path says it. Throws GatewayError
 * as long as nothing was written.
 */
export async function embed(
  { gateway, dialect, facade }: EmbedOptions,
  body: JsonMembers,
  model: string | undefined,
  request: FacadeRequest,
  response: FacadeResponse,
): Promise<void> {
  const codec = dialect.embeddings;
  if (codec === undefined) throw new TypeError(`'${dialect.name}' has no embeddings`);
  const embeddings = codec.request.read(body);
  embeddings.model = model ?? embeddings.model;
  const peek = { model: embeddings.model, stream: false, usageWanted: true };
  const exchange = gateway.open(callOf(facade, request, peek, { kind: "embeddings", embeddings, dialect }));
  await whileClientStays(exchange, response, async () => {
    const answer = await gateway.embeddings(exchange);
    const headers = exchangeHeaders(exchange);
    headers["content-type"] = "application/json";
    await sendWhole(request, response, headers, Buffer.from(codec.answer.write(answer, embeddings)));
  });
}
