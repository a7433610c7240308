const form = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(:\d\d)?(?:\.(\d+))? ?(Z|[+-]\d\d(?::?\d\d)?)?$/i;

/** ISO 8601, with or without a zone; without one it is UTC. In ms since 1970. undefined: it is none. */
export function parseTimestamp(text: string): number | undefined {
  const match = form.exec(text.trim());
  if (match === null) return undefined;
  const [, date = "", minutes = "", seconds = ":00", fraction = "", zone = "Z"] = match;
  const ms = fraction.slice(0, 3).padEnd(3, "0");
  const digits = zone.replace(":", "").slice(1).padEnd(4, "0");
  const offset = /^z$/i.test(zone) ? "Z" : `${zone.slice(0, 1)}${digits.slice(0, 2)}:${digits.slice(2)}`;
  const at = Date.parse(`${date}T${minutes}${seconds}.${ms}${offset}`);
  return Number.isNaN(at) ? undefined : at;
}
