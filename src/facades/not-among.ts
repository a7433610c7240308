import { GatewayError } from "../core/error.ts";
import { namesThere } from "../core/names-there.ts";
import { quoted } from "../core/quoted.ts";

/** There is no such thing, but these. `what`: the field or parameter, which is also what people call it. */
export function notAmong(what: string, name: string, there: readonly string[]): GatewayError {
  const message = `There is no ${what} ${quoted(name)}. ${namesThere(there.toSorted())}`;
  return new GatewayError("not_found", message, { param: what });
}
