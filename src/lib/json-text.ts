/** JSON text that goes into other JSON text byte for byte. */
export class RawJson {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export type Json =
  | string
  | number
  | boolean
  | null
  | undefined
  | RawJson
  | readonly Json[]
  | { readonly [key: string]: Json };

/** JSON.stringify that lets RawJson through unchanged. Members that are undefined are left out. */
export function toJson(value: Json): string {
  if (value instanceof RawJson) return value.text;
  if (Array.isArray(value)) return `[${value.map((item: Json) => toJson(item ?? null)).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    let text = "";
    for (const [key, member] of Object.entries(value)) {
      if (member === undefined) continue;
      text += `${text === "" ? "" : ","}${JSON.stringify(key)}:${toJson(member)}`;
    }
    return `{${text}}`;
  }
  return JSON.stringify(value) ?? "null";
}
