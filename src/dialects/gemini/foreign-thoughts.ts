import { readBase64, toBase64 } from "../../core/media.ts";
import { type Proof, proofMark, readProof, writeProof } from "../../core/proof.ts";
import { parseLeniently } from "../../core/wire-values.ts";

/**
 * Gemini's thoughts are summaries with a signature ("Thought signatures"). What other vendors want back beside the text, and
 * has no place of its own, travels in the signature: clients have to send that back unchanged.
 */

/** Whether the vendor wants more back than the text. */
export const isProven = ({ signature, redacted, id }: Proof): boolean =>
  signature !== "" || redacted !== "" || id !== "";

const isOwn = ({ summary, redacted, id }: Proof): boolean => summary && redacted === "" && id === "";

/** Base64. Empty: there is nothing to prove. */
export function packProof(proof: Proof): string {
  return isOwn(proof) || !isProven(proof) ? proof.signature : toBase64(Buffer.from(proofMark + writeProof(proof)));
}

/** The other way round. What is not packed is a signature of Gemini's. */
export function unpackProof(wire: string): Proof {
  const own = { signature: wire, redacted: "", summary: true, id: "" };
  const bytes = readBase64(wire)?.toString("utf8") ?? "";
  if (!bytes.startsWith(proofMark)) return own;
  return readProof(parseLeniently(bytes.slice(proofMark.length))) ?? own;
}
