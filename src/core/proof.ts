import type { Reasoning } from "../../gen/causeway/chat/v1/content_pb.ts";
import type { Drops } from "./drops.ts";
import { isRecord, text } from "./wire-values.ts";

/** What a vendor wants back of its thoughts beside their text. */
export type Proof = Pick<Reasoning, "signature" | "redacted" | "summary" | "id">;

/** By which a proof is known again that travels where a dialect has room for a signature only. */
export const proofMark = "causeway:";

/** JSON text, also of what has more than a proof. */
export const writeProof = ({ signature, redacted, summary, id }: Proof): string =>
  JSON.stringify({ signature, redacted, summary, id });

/** `value`: parsed JSON. undefined for what is no object. */
export function readProof(value: unknown): Proof | undefined {
  if (!isRecord(value)) return undefined;
  const { signature, redacted, summary, id } = value;
  return { signature: text(signature), redacted: text(redacted), summary: summary === true, id: text(id) };
}

/** Reports what is lost where thoughts are text, and nothing else. `path`: of the part. */
export function dropProof({ signature, redacted, summary, id }: Proof, path: string, drops: Drops): void {
  drops.ifSet(`${path}.reasoning.signature`, signature);
  drops.ifSet(`${path}.reasoning.redacted`, redacted);
  drops.ifSet(`${path}.reasoning.summary`, summary);
  drops.ifSet(`${path}.reasoning.id`, id);
}
