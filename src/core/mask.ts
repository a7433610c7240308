/** From this length on, seven characters of a key say nothing that helps to guess the rest. */
const longEnough = 16;

/**
 * A secret in a form that logs, the ledger and people may see: enough to tell one key from another, too little to use
 * one. "sk-proj-…9abc" becomes "sk-…9abc": up to three characters of the beginning, and four of the end. Of a secret
 * shorter than 16 characters nothing is shown: "…".
 */
export function maskKey(secret: string): string {
  return secret.length >= longEnough ? `${secret.slice(0, 3)}…${secret.slice(-4)}` : "…";
}
