import { type Json, RawJson } from "../lib/json-text.ts";

/**
 * A vendor's fields that the contract has no name for travel as extensions: "dialect/field" to JSON text. A field of an
 * object that the contract knows, but that has no extensions of its own, has the way to it as its name: "audio.speed"
 * is the member "speed" of the member "audio".
 */

/** A JSON object that is being written. */
export type Members = { [key: string]: Json };

const isMembers = (value: Json): value is Members =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof RawJson);

/**
 * Puts a vendor's field back where it was read: "a.b" into the object under "a" where there is one, else under its
 * whole name. Returns false, and changes nothing, where a value stands already: the contract's own fields go first.
 */
export function graft(target: Members, field: string, value: Json): boolean {
  let place = target;
  let name = field;
  for (let dot = name.indexOf("."); dot > 0; dot = name.indexOf(".")) {
    const outer = name.slice(0, dot);
    const inner = Object.hasOwn(place, outer) ? place[outer] : undefined;
    if (!isMembers(inner)) break;
    place = inner;
    name = name.slice(dot + 1);
  }
  if (Object.hasOwn(place, name) && place[name] !== undefined) return false;
  // an assignment to "__proto__" would not make a member
  Object.defineProperty(place, name, { value, enumerable: true, writable: true, configurable: true });
  return true;
}

/** The field's name behind "dialect/"; undefined for another dialect's extension. */
export function ownField(key: string, dialect: string): string | undefined {
  return key.startsWith(dialect) && key[dialect.length] === "/" ? key.slice(dialect.length + 1) : undefined;
}

/**
 * Puts an answer's extensions back, as far as they are this dialect's. Other vendors' have no place in its answers.
 */
export function graftOwn(target: Members, extensions: Readonly<Record<string, string>>, dialect: string): void {
  for (const key in extensions) {
    const field = ownField(key, dialect);
    const text = extensions[key];
    if (field !== undefined && text !== undefined) graft(target, field, new RawJson(text));
  }
}

/** A value's JSON text. undefined for what is nested too deeply to be written: some thousand levels. */
export function fieldText(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
