const most = 16;
const longest = 100;
const none: readonly string[] = [];

/**
 * What a call is to be counted under: the words of the client's header ("nightly, team-a"), and its metadata as
 * "key=value". At most 16 of at most 100 characters are kept.
 */
export function tagsOf(
  header: string | readonly string[] | null | undefined,
  metadata?: Readonly<Record<string, string>>,
): readonly string[] {
  if (header === undefined && metadata === undefined) return none; // as most calls
  const words = String(header ?? "").split(",");
  const entries = Object.entries(metadata ?? {}).map(([key, value]) => `${key}=${value}`);
  const tags = [...words, ...entries].map((word) => word.trim().slice(0, longest)).filter((word) => word !== "");
  return [...new Set(tags)].slice(0, most);
}
