import type { Reasoning } from "../../../gen/causeway/chat/v1/content_pb.ts";
import { type Proof, proofMark, readProof, writeProof } from "../../core/proof.ts";
import { parseLeniently } from "../../core/wire-values.ts";

/**
 * Anthropic's thoughts are a text with a signature, or encrypted. Other vendors' have an id, are summaries, or have a text
 * beside what is encrypted. A client of this dialect has to send back a thinking block's signature unchanged
 * ("Thinking", preserving thinking blocks), so that what has no place of its own travels in there.
 */
export type Thought = Pick<Reasoning, "text" | "signature" | "redacted" | "summary" | "id">;

/** Whether Anthropic could have thought it. */
export const isOwnThought = ({ text: said, signature, redacted, summary, id }: Thought): boolean =>
  !summary && id === "" && (redacted === "" || (said === "" && signature === ""));

export function packSignature(thought: Thought): string {
  if (isOwnThought(thought)) return thought.signature;
  return proofMark + Buffer.from(writeProof(thought)).toString("base64url");
}

/** The other way round. What is not packed is a signature. */
export function unpackSignature(wire: string): Proof {
  const own = { signature: wire, redacted: "", summary: false, id: "" };
  if (!wire.startsWith(proofMark)) return own;
  const packed = Buffer.from(wire.slice(proofMark.length), "base64url").toString("utf8");
  return readProof(parseLeniently(packed)) ?? own;
}
