import { resolve } from "node:path";
import type { StoreLocation } from "../core/ledger.ts";
import { didYouMean } from "./nearest.ts";
import type { Report } from "./report.ts";

export const defaultStore = "sqlite:./causeway.db";

const expected =
  "expected sqlite: and a file, such as sqlite:./causeway.db, or postgres://user:password@host:5432/database";

/** How `pg` may secure the connection. */
const sslModes = ["disable", "prefer", "require", "verify-ca", "verify-full", "no-verify"];

/** What may follow the "?" of a PostgreSQL URL: one that `pg` does not know would go unnoticed, as would a TLS that is not there. */
const parameters = [
  ...["sslmode", "sslrootcert", "sslcert", "sslkey", "ssl", "sslnegotiation", "uselibpqcompat"],
  ...[
    "host",
    "port",
    "user",
    "password",
    "options",
    "application_name",
    "fallback_application_name",
    "client_encoding",
  ],
];

/** Reads where the ledger is. No message repeats more of it than its scheme: it may hold a password. */
export function readStore(given: string, cwd: string, report: Report): StoreLocation {
  const text = given.trim();
  const path = /^sqlite:(?:\/\/)?(.+)$/s.exec(text)?.[1];
  if (path !== undefined) return { kind: "sqlite", path: path === ":memory:" ? path : resolve(cwd, path) };
  if (/^postgres(?:ql)?:/i.test(text)) return readPostgres(text, report);
  const scheme = /^([a-z][a-z\d+]{0,15}):/i.exec(text)?.[1];
  report.add(["store"], `${expected}${scheme === undefined ? "" : `, found '${scheme}:'`}`);
  return { kind: "sqlite", path: ":memory:" };
}

function readPostgres(text: string, report: Report): StoreLocation {
  const url = /^[a-z]+:\/\//i.test(text) && URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) {
    const hint =
      "; in a user and a password, what is no letter or digit may have to be percent-encoded, such as %40 for @";
    report.add(["store"], `expected postgres://user:password@host:5432/database${hint}`);
    return { kind: "postgres", url: "", location: "" };
  }
  for (const name of url.searchParams.keys()) {
    if (parameters.includes(name)) continue;
    report.add(["store"], `behind the ? there may be ${parameters.join(", ")} only${didYouMean(name, parameters)}`);
  }
  const mode = url.searchParams.get("sslmode");
  if (mode !== null && !sslModes.includes(mode)) {
    report.add(["store"], `expected sslmode to be ${sslModes.slice(0, -1).join(", ")} or ${sslModes.at(-1)}`);
  }
  // `pg` takes these for verify-full today, and warns that it will not for ever.
  const isStrict = ["prefer", "require", "verify-ca"].includes(mode ?? "") && !url.searchParams.has("uselibpqcompat");
  if (isStrict) url.searchParams.set("sslmode", "verify-full");
  return { kind: "postgres", url: url.href, location: withoutSecrets(url) };
}

function withoutSecrets(url: URL): string {
  const shown = new URL(url);
  shown.password = "";
  shown.search = "";
  shown.hash = "";
  const host = url.searchParams.get("host"); // also the folder of a socket
  return host === null ? shown.href : `${shown.href}?host=${host}`;
}

/** For people: without secrets. */
export const showStore = (store: StoreLocation): string => (store.kind === "sqlite" ? store.path : store.location);
