const named = (event: object): string => ("type" in event ? `event: ${String(event.type)}\n` : "");

/** A stream of events as a vendor sends them: named by their type, where they have one. */
export const wireOf = (events: readonly object[]): string =>
  events.map((event) => `${named(event)}data: ${JSON.stringify(event)}\n\n`).join("");
