import { GatewayError } from "../../../src/core/error.ts";
import { JsonMembers } from "../../../src/lib/json-members.ts";

/** A request's body, of text as it is or of a value. */
export const scan = (body: unknown): JsonMembers =>
  JsonMembers.scan(Buffer.from(typeof body === "string" ? body : JSON.stringify(body)));

export const hello = { role: "user", content: "hi" };
export const asked = (more: object): unknown => ({ model: "gpt-4o", messages: [hello], ...more });
export const said = (...messages: unknown[]): unknown => ({ model: "gpt-4o", messages });

/** The error that a call refuses with. */
export function refusal(run: () => unknown): GatewayError {
  try {
    run();
  } catch (error) {
    if (error instanceof GatewayError) return error;
    throw error;
  }
  throw new Error("Nothing was refused");
}
