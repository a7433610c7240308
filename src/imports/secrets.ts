import { isRecord } from "../core/wire-values.ts";

/** Names of fields whose texts are credentials, in whichever way their words are joined. */
const secretNames =
  /(?:api_?key|access_?key(?:_id)?|secret(?:_?key)?|private_?key|(?:access|session|refresh|id|auth|ad|bearer)_?token|authorization|password|credentials)$/;

const isSecretName = (name: string): boolean => secretNames.test(name.toLowerCase().replaceAll(/[-. ]/g, "_"));

export interface Stripped {
  readonly value: unknown;
  /** What was taken out: each field's text, in the order of the fields. */
  readonly secrets: readonly string[];
}

/**
 * A JSON value without its credentials: fields such as api_key or Authorization at any depth, if they hold a text. A field
 * of such a name with anything else in it stays, and is looked into: a tool may well have a parameter named api_key.
 */
export function withoutSecrets(value: unknown): Stripped {
  const secrets: string[] = [];
  const strip = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(strip);
    if (!isRecord(part)) return part;
    const kept = Object.entries(part).flatMap(([name, member]): [string, unknown][] => {
      if (typeof member !== "string" || !isSecretName(name)) return [[name, strip(member)]];
      if (member !== "") secrets.push(member);
      return [];
    });
    return Object.fromEntries(kept);
  };
  return { value: strip(value), secrets };
}

/** A shorter one may be a word of what was said. */
const shortestSecret = 8;

/** A text without these secrets, wherever they are in it: providers repeat a key that they refuse. */
export function withoutTexts(text: string, secrets: readonly string[]): string {
  let clean = text;
  for (const secret of secrets) {
    if (secret.length < shortestSecret) continue;
    clean = clean.replaceAll(secret, "…").replaceAll(JSON.stringify(secret).slice(1, -1), "…");
  }
  return clean;
}
