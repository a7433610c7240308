import { parseEnv } from "node:util";

export type Environment = Readonly<Record<string, string | undefined>>;

/** The environment, with what the text of a .env file adds to it. What is set already stays. */
export function withDotEnv(env: Environment, dotEnv: string): Environment {
  return { ...parseEnv(dotEnv), ...env };
}

export interface Variable {
  readonly name: string;
  /** Without white space around it; not empty. */
  readonly value: string;
}

/**
 * A variable and its numbered sisters: NAME, NAME_1, NAME_2, … in the order of their numbers, gaps allowed. Empty ones and
 * repetitions of a value are left out.
 */
export function numberedVariables(env: Environment, base: string): Variable[] {
  const found = new Map<number, Variable>();
  for (const name in env) {
    const value = env[name]?.trim() ?? "";
    if (value === "" || !name.startsWith(base)) continue;
    const number = name === base ? -1 : Number(/^_(\d{1,9})$/.exec(name.slice(base.length))?.[1]);
    if (!Number.isNaN(number)) found.set(number, { name, value });
  }
  const inOrder = [...found].sort(([a], [b]) => a - b).map(([, variable]) => variable);
  return inOrder.filter(({ value }, at) => inOrder.findIndex((other) => other.value === value) === at);
}

/** The values of those. */
export function numberedValues(env: Environment, base: string): string[] {
  return numberedVariables(env, base).map(({ value }) => value);
}

export interface Interpolated {
  readonly text: string;
  /** What could not be put in, as messages. */
  readonly faults: readonly string[];
}

/**
 * Puts variables into a text: ${NAME}, or ${NAME:-default} where an unset or empty variable gives the default. $${ gives
 * the characters ${ themselves. What is put in is not looked at again.
 */
export function interpolate(text: string, env: Environment): Interpolated {
  if (!text.includes("${")) return { text, faults: [] };
  const faults = new Set<string>();
  const put = (whole: string, inside: string | undefined): string => {
    if (inside === undefined) return "${";
    const match = whole.endsWith("}") ? /^([A-Za-z_]\w*)(?::-(.*))?$/s.exec(inside) : null;
    const [, name = "", fallback] = match ?? [];
    if (match === null) faults.add(noName);
    const value = Object.hasOwn(env, name) ? env[name] : undefined;
    if (fallback !== undefined) return value === undefined || value === "" ? fallback : value;
    if (match !== null && value === undefined) faults.add(unset(name));
    return value ?? "";
  };
  return { text: text.replace(/\$\$\{|\$\{([^}]*)\}?/g, put), faults: [...faults] };
}

const noName = `expected \${NAME}, with a variable's name in it (write $\${ for the characters \${)`;
const unset = (name: string): string =>
  `the variable ${name} is not set: set it in the environment or in .env, or give a default: \${${name}:-…}`;
