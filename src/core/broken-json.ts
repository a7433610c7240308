import { JsonError } from "../lib/json.ts";
import { GatewayError } from "./error.ts";

/** Runs what reads a caller's body; that it is broken becomes a GatewayError "invalid_request" that says where. */
export function refuseBroken<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw new GatewayError("invalid_request", `The body is not a JSON object: ${error.message}.`, { cause: error });
  }
}
