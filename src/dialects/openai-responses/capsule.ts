import { fieldText } from "../../core/extensions.ts";
import { readBase64, toBase64 } from "../../core/media.ts";
import { type Proof, readProof } from "../../core/proof.ts";
import { isRecord, text } from "../../core/wire-values.ts";

/**
 * What other vendors want back in the next turn, and this dialect has no word for. It travels as the
 * `encrypted_content` of a reasoning item, which is the one text that every client keeps as it is and sends back: also
 * those that throw away items' ids. What the vendors themselves put there has another form.
 */
export type Capsule =
  /** `summary`: whether the thoughts are one, where the item does not tell since it has no text. */
  | ({ readonly of: "reasoning" } & Readonly<Proof>)
  | { readonly of: "call"; readonly id: string; readonly signature: Uint8Array }
  | { readonly of: "opaque"; readonly dialect: string; readonly type: string; readonly json: string };

const head = "causeway.1.";

export function packCapsule(capsule: Capsule): string {
  const members = capsule.of === "call" ? { ...capsule, signature: toBase64(capsule.signature) } : capsule;
  return head + Buffer.from(JSON.stringify(members)).toString("base64url");
}

/** undefined: an encrypted content of the vendor's own, or none that could be a capsule. */
export function openCapsule(encrypted: string): Capsule | undefined {
  if (!encrypted.startsWith(head)) return undefined;
  let members: unknown;
  try {
    members = JSON.parse(Buffer.from(encrypted.slice(head.length), "base64url").toString("utf8"));
  } catch {
    return undefined;
  }
  if (!isRecord(members)) return undefined;
  switch (members.of) {
    case "reasoning": {
      const proof = readProof(members);
      return proof && { of: "reasoning", ...proof };
    }
    case "call":
      return { of: "call", id: text(members.id), signature: readBase64(text(members.signature)) ?? Buffer.alloc(0) };
    case "opaque":
      return { of: "opaque", dialect: text(members.dialect), type: text(members.type), json: text(members.json) };
    default:
      return undefined;
  }
}

/**
 * Ids that the gateway made, for items of an answer whose vendor gives them none. They say nothing to anybody else, so
 * they are left out again when a client sends the items back. `answerId` makes them differ from turn to turn.
 */
export const derivedId = (prefix: string, answerId: string, index: number): string =>
  `${prefix}_cw_${answerId}_${index}`;

export const isDerivedId = (id: string): boolean => /^[a-z]+_cw_/.test(id);

/** The ids of OpenAI's thoughts, and Fernet tokens, which they are when they are encrypted. */
export const isOwnThoughtId = (id: string): boolean => id.startsWith("rs_") && !isDerivedId(id);
export const isOwnEncryption = (encrypted: string): boolean => encrypted.startsWith("gAAAA");

/**
 * An item's members but for some, as JSON text. undefined: there are none. null counts as absent, and so does an id
 * that the gateway made.
 */
export function membersText(item: Readonly<Record<string, unknown>>, known: ReadonlySet<string>): string | undefined {
  const isAbsent = (key: string, member: unknown): boolean =>
    (member ?? null) === null || (key === "id" && (typeof member !== "string" || member === "" || isDerivedId(member)));
  const entries = Object.entries(item).filter(([key, member]) => !known.has(key) && !isAbsent(key, member));
  return entries.length === 0 ? undefined : fieldText(Object.fromEntries(entries));
}
