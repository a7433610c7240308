import type { GatewayError } from "../../core/error.ts";
import { invalidRequest } from "../../core/invalid-request.ts";
import { isReservedName, textToolMark } from "../../core/reserved-tools.ts";

/** "ToolSpecification", name. */
const longestName = 64;

const wrongName = (path: string, why: string): GatewayError =>
  invalidRequest(path, `'${path}': ${why} Rename the tool.`);

/** Throws GatewayError "invalid_request" for a name that is the gateway's. What else is wrong with it Bedrock says. */
export function checkToolName(name: string, path: string): void {
  if (isReservedName(name)) {
    throw wrongName(path, `the name '${name}' is reserved for the gateway.`);
  }
}

export function textToolName(name: string, path: string): string {
  checkToolName(name, path);
  const longest = longestName - textToolMark.length;
  if (name.length > longest) {
    throw wrongName(path, `a tool of free text may have a name of ${longest} characters here.`);
  }
  return textToolMark + name;
}
