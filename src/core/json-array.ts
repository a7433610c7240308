import type { JsonMembers } from "../lib/json-members.ts";

/** What a member's bytes tell of an array without parsing it: it may be a whole conversation. */

const openBracket = 0x5b;

export const holdsArray = (body: JsonMembers, key: string): boolean => body.firstByte(key) === openBracket;

export function holdsEmptyArray(body: JsonMembers, key: string): boolean {
  const span = body.span(key);
  return span !== undefined && span.end - span.start < 16 && /^\[\s*\]$/.test(body.text(key) ?? "");
}
