import type { Dialect, RequestPeek } from "../core/dialect.ts";
import type { Call, ClientRequest } from "../core/exchange.ts";
import { programOf } from "../core/program.ts";
import { tagsOf } from "../core/tags.ts";
import type { JsonMembers } from "../lib/json-members.ts";
import type { FacadeRequest } from "./http.ts";

/** A call as a facade's client makes it: what its headers say of it, and what was asked. */
export function callOf(
  facade: string,
  { headers, callerKey }: FacadeRequest,
  { model, stream, usageWanted, endUserId, metadata }: RequestPeek,
  request: ClientRequest,
): Call {
  const id = headers["x-request-id"];
  const session = headers["causeway-session"];
  return {
    facade,
    model,
    stream,
    usageWanted,
    strict: headers["causeway-strict"] === "true",
    clientRequestId: typeof id === "string" ? id : "",
    clientHeaders: headers,
    session: typeof session === "string" ? session : undefined,
    accessKey: callerKey,
    client: programOf(headers["user-agent"]),
    endUserId,
    tags: tagsOf(headers["x-causeway-tags"], metadata),
    request,
  };
}

/** `sent`: what the client sent, where `body` is made from it. */
export const wireRequest = (dialect: Dialect, body: JsonMembers, sent?: JsonMembers): ClientRequest => ({
  kind: "wire",
  dialect,
  body,
  sent,
});
