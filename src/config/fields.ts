import * as z from "zod";
import { parseDuration, parseSize } from "./units.ts";

/**
 * The forms that settings are made of. Messages of the form "expected …" get ", found …" appended where `shown` says that
 * the value may be repeated.
 */

const shown = { shown: true };

/** A text of a form of its own; `parse` gives undefined for what is not of it. */
export const textOf = <T>(parse: (text: string) => T | undefined, expected: string) =>
  z.string({ error: `expected ${expected}` }).transform((text, ctx): T => {
    const value = parse(text);
    if (value !== undefined) return value;
    ctx.addIssue({ code: "custom", message: `expected ${expected}`, params: shown });
    return z.NEVER;
  });

export const duration = textOf(
  parseDuration,
  "a time with its unit, such as 500ms, 30s, 10m or 1h, and at most 24 days",
);

export const sizeOf = (fits: (bytes: number) => boolean, expected: string) =>
  z.union([z.string(), z.number()], { error: `expected ${expected}` }).transform((given, ctx): number => {
    const bytes = parseSize(String(given));
    if (bytes !== undefined && fits(bytes)) return bytes;
    ctx.addIssue({ code: "custom", message: `expected ${expected}`, params: shown });
    return z.NEVER;
  });

export const size = sizeOf(() => true, "a size such as 256KB or 32MB");

export const flag = z
  .union([z.boolean(), z.enum(["true", "false"])], { error: "expected true or false" })
  .transform((value) => value === true || value === "true");

/** A number, or the text of one, as a variable puts it in. */
export const numberOf = (fits: (value: number) => boolean, expected: string) =>
  z.union([z.number(), z.string()], { error: `expected ${expected}` }).transform((given, ctx): number => {
    const value = typeof given === "string" && given.trim() === "" ? Number.NaN : Number(given);
    if (fits(value)) return value;
    ctx.addIssue({ code: "custom", message: `expected ${expected}`, params: shown });
    return z.NEVER;
  });

/** A whole number. */
export const countFrom = (least: number, hint = "") =>
  numberOf((value) => Number.isSafeInteger(value) && value >= least, `a whole number from ${least}${hint}`);

export const weight = (hint: string) =>
  numberOf((value) => value > 0 && Number.isFinite(value), `a number over 0${hint}`);

/** Nothing around it was copied by accident. */
export const text = z
  .string()
  .trim()
  .refine((value) => value !== "", { error: "is empty: is the variable it comes from empty?", abort: true });

/** Names of models; those who ask many have long lists of them. */
export const patterns = z.array(
  z
    .string({ error: "expected a model's name, where * stands for any characters" })
    .trim()
    .refine((value) => value !== "", {
      error: "is empty, and no model is called so: write the model's name, or * for all",
    }),
  { error: "expected a list of models' names, such as [model-a, model-b*], where * stands for any characters" },
);

const parseOrigin = (text: string): string | undefined =>
  text === "*" || URL.parse(text)?.origin === text ? text : undefined;
export const origin = textOf(parseOrigin, 'an origin such as https://app.example, without a path, or "*" for all');

/** Whether a header can carry it as a key. */
export const isSendable = (key: string): boolean => /^[\x21-\x7e]+$/.test(key);
export const unsendable = "holds a space, a line break or another character that no key has";

/** What is wrong with a base URL, or nothing. Never with the URL in it: it may hold a password. */
export function describeBaseUrl(text: string): string | undefined {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol))
    return "expected an address that begins with http:// or https://";
  if (url.username === "" && url.password === "") return undefined;
  return "holds a user name or a password: give the key under 'keys' instead";
}

export const baseUrl = z
  .string()
  .trim()
  .superRefine((text, ctx) => {
    const fault = describeBaseUrl(text);
    if (fault !== undefined) ctx.addIssue({ code: "custom", message: fault });
  });

/** What HTTP itself needs to be right (RFC 9110, section 7.6.1, and what frames a message). */
const ofTheConnection = /^(connection|content-length|expect|host|keep-alive|te|trailer|transfer-encoding|upgrade)$/i;

export const headerName = z
  .string()
  .refine((name) => /^[!#$%&'*+\-.^_`|~\w]+$/.test(name), { error: "is no name of an HTTP header" })
  .refine((name) => !ofTheConnection.test(name), { error: "is set by the gateway itself: remove it" });

export const headerValue = z.string().refine((value) => !/[^\t\x20-\x7e\x80-\xff]/.test(value), {
  error: "holds a character that no HTTP header can carry, such as a line break",
});

/** Settings whose entries are looked at one by one. */
export const settings = z.record(z.string(), z.unknown());
