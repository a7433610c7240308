/** What vendors call the way in which they serve everybody who asks for no other, and what says nothing. */
const usual: ReadonlySet<string> = new Set(["", "default", "standard", "on_demand", "auto"]);

/** It is no name of a tier that is longer. */
const longestName = 40;

/** A vendor's word in the form of `usage.service_tier`: in lower case, and empty for the usual. */
export function unusualTier(word: string): string {
  if (usual.has(word)) return "";
  const name = word.slice(0, longestName).toLowerCase();
  return usual.has(name) ? "" : name;
}
