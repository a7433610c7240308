import { fieldText } from "../../core/extensions.ts";
import { invalidRequest } from "../../core/invalid-request.ts";
import { isReservedName, textToolMark } from "../../core/reserved-tools.ts";

/** "Messages", tools.name. */
const toolName = /^[a-zA-Z0-9_-]{1,128}$/;

/** Throws GatewayError "invalid_request" for a name that Anthropic does not take. */
export function checkToolName(name: string, path: string): void {
  if (!toolName.test(name)) {
    throw invalidRequest(
      path,
      `'${path}': Anthropic takes names of 1 to 128 letters, digits, '_' and '-' only, found ${JSON.stringify(name.slice(0, 150).toWellFormed())}. Rename the tool.`,
    );
  }
  if (isReservedName(name)) {
    throw invalidRequest(path, `'${path}': the name '${name}' is reserved for the gateway. Rename the tool.`);
  }
}

export function textToolName(name: string, path: string): string {
  const marked = textToolMark + name;
  checkToolName(name, path);
  if (toolName.test(marked)) return marked;
  const longest = 128 - textToolMark.length;
  throw invalidRequest(
    path,
    `'${path}': a tool of free text may have a name of ${longest} characters here. Rename the tool.`,
  );
}

/** JSON text of an input that came whole; an input that nobody told is empty. */
export const wholeInput = (input: unknown): string => (input === undefined ? undefined : fieldText(input)) ?? "{}";
