import { GatewayError } from "../../src/core/error.ts";

/** What a call throws that is no GatewayError; undefined when it throws none. */
export function strayError(run: () => unknown): unknown {
  try {
    run();
    return undefined;
  } catch (error) {
    return error instanceof GatewayError ? undefined : error;
  }
}

export const jsonOfObject = (value: object): unknown => JSON.parse(JSON.stringify(value) ?? "null");

/** The same JSON with one of its values, at any depth, replaced by another one. */
export function replaceAt(value: unknown, at: number, foreign: unknown): unknown {
  let left = at % Math.max(1, sizeOf(value));
  const walk = (node: unknown): unknown => {
    if (left === 0) {
      left -= 1;
      return foreign;
    }
    left -= 1;
    if (Array.isArray(node)) return node.map(walk);
    if (typeof node !== "object" || node === null) return node;
    return Object.fromEntries(Object.entries(node).map(([key, member]) => [key, walk(member)]));
  };
  return walk(value);
}

function sizeOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 1;
  return Object.values(value).reduce((sum: number, member) => sum + sizeOf(member), 1);
}
