import type { ServerRequest } from "./http.ts";

/** Visible ASCII: what can be sent back as a header, and logged, as it is. */
const acceptable = /^[\x21-\x7e]{1,128}$/;

/**
 * The id by which a request is called in logs and in its answer's `x-request-id`: the client's own, or one from `create`
 * when it sent none or none that will do. From then on the request's own `x-request-id` header says the same, whoever reads it.
 */
export function settleRequestId(request: ServerRequest, create: () => string): string {
  const sent = request.headers["x-request-id"];
  if (typeof sent === "string" && acceptable.test(sent)) return sent;
  const created = create();
  request.headers["x-request-id"] = created;
  return created;
}
