/** Status messages travel in headers, which have a limit. */
const mostNames = 50;

/** What there is, for a message that says what there is not. */
export function namesThere(there: readonly string[]): string {
  const names = there.slice(0, mostNames).map((name) => (name === "" ? "'' (without a name)" : name));
  if (there.length > names.length) names.push(`… and ${there.length - names.length} more`);
  return names.length === 0 ? "There is none at all." : `There are: ${names.join(", ")}.`;
}
