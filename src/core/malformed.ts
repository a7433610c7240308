import { GatewayError } from "./error.ts";

/** What is wrong with what a provider sends, in most of the dialects. */

/** `why`: what is wrong, behind "The provider's answer". */
export const malformedAnswer = (why: string, cause?: unknown): GatewayError =>
  new GatewayError("upstream_malformed", `The provider's answer ${why}.`, { cause });

export const malformedEvent = (): GatewayError =>
  new GatewayError("upstream_malformed", "The provider sent an event that is no JSON object.");
