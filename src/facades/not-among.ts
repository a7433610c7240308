import { GatewayError } from "../core/error.ts";

const mostNames = 50;
const longestName = 60;

/** There is no such thing, but these. `what`: the field or parameter, which is also what people call it. */
export function notAmong(what: string, name: string, there: readonly string[]): GatewayError {
  const names = there
    .toSorted()
    .slice(0, mostNames)
    .map((one) => (one === "" ? "'' (without a name)" : one));
  if (there.length > mostNames) names.push(`… and ${there.length - mostNames} more`);
  const known = names.length === 0 ? "There is none at all." : `There are: ${names.join(", ")}.`;
  const shown = name.slice(0, longestName).toWellFormed();
  return new GatewayError("not_found", `There is no ${what} '${shown}'. ${known}`, { param: what });
}
