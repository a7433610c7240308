import type { JsonMembers } from "../lib/json-members.ts";
import { GatewayError } from "./error.ts";
import { holdsArray, holdsEmptyArray } from "./json-array.ts";
import { WireObject } from "./wire-object.ts";

/** What is wrong with a request in most of the dialects. */

/** `param`: the path of the field that is at fault. */
export const invalidRequest = (param: string, message: string): GatewayError =>
  new GatewayError("invalid_request", message, { param });

export const noMessages = (): GatewayError =>
  invalidRequest("messages", "'messages' has to hold at least one message.");

/** For the dialects whose facades have that path. */
export const missingModel = (): GatewayError =>
  new GatewayError("missing_model", "Model is required: set 'model' to one of those that GET /v1/models lists.", {
    param: "model",
  });

/** Throws GatewayError "invalid_request" unless `messages` is an array with something in it. */
export function requireMessages(body: JsonMembers): void {
  if (!body.has("messages")) {
    throw invalidRequest("messages", "'messages' is required: an array with at least one message.");
  }
  if (!holdsArray(body, "messages")) {
    throw new WireObject({ messages: body.get("messages") }, "").wrong("messages", "an array of messages");
  }
  if (holdsEmptyArray(body, "messages")) throw noMessages();
}
