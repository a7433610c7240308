import { GatewayError } from "../../core/error.ts";

/** What is wrong when a fault's code, or a part of its message, is one of these, and what to do. */
type Advice = readonly (readonly [signs: readonly (string | RegExp)[], toDo: string])[];

const again = "It is tried again.";

/**
 * Codes of PostgreSQL (postgresql.org/docs/current/errcodes-appendix.html), of Node and OpenSSL; for what has no code, the
 * words of `pg`. The first that fits counts.
 */
const advice: Advice = [
  [[/(no such file or directory|permission denied), open/], "Mend the path of the certificate in 'store'."],
  [["ECONNREFUSED", "ENOENT"], "Start PostgreSQL there, or mend the host and the port in 'store'."],
  [["ENOTFOUND", "EAI_AGAIN"], "Nobody knows a host of this name: mend it in 'store'."],
  [
    ["ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH", /connection timeout|timeout expired/],
    "It does not answer: check the host and the port in 'store', and the network and the firewalls on the way.",
  ],
  [
    [/password must be a (non-empty )?string/],
    "It wants a password: put one into 'store', or into the variable PGPASSWORD.",
  ],
  [["28P01"], "Mend the user and the password in 'store'."],
  [
    [/no pg_hba\.conf entry.*no encryption/],
    "It may want TLS: add ?sslmode=verify-full to 'store'. Else its pg_hba.conf has to let this user in.",
  ],
  [["28000"], "Its pg_hba.conf has to let this user in to this database from here, and the user has to exist."],
  [["3D000"], "Create it (createdb), or name another one in 'store'."],
  [["42501"], "Let the gateway's user create tables: make it the database's owner, or grant it create on the schema."],
  [["3F000"], "Create the schema, or name another one as the search_path."],
  [["53300"], "It takes no more connections: raise its max_connections, or put a pooler between."],
  [["53100"], "Its disk is full: make room on it."],
  [["53200"], "It has no memory left."],
  [["25006"], "It can only be read from, as a replica: name the primary server in 'store'."],
  [
    ["57014"],
    "That took too long: ask for a shorter period or with a narrower filter, or see what keeps the server busy.",
  ],
  [["55P03"], "Another process has it locked, such as a long 'causeway ledger rebuild' or a migration: wait for it."],
  [["40001", "40P01", "57P01", "57P02", "57P03", "57P05", /^08/], again],
  [[/Connection terminated|read timeout|not queryable/, "ECONNRESET", "EPIPE", "25P03"], again],
  [
    ["42P07", "42710", "42723"],
    "There are tables of another program: name another database in 'store', or a schema with ?options=-csearch_path=NAME.",
  ],
  [["42P01", "42703", "42883"], "Its tables are not those of a ledger: name another database in 'store'."],
  [[/does not support SSL/], "Turn on TLS there, or add ?sslmode=disable to 'store'."],
  [
    [
      "SELF_SIGNED_CERT_IN_CHAIN",
      "DEPTH_ZERO_SELF_SIGNED_CERT",
      "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
      "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
    ],
    "Add &sslrootcert=FILE with its authority's certificate to 'store', or &sslmode=no-verify to trust whoever answers.",
  ],
  [["ERR_TLS_CERT_ALTNAME_INVALID", "CERT_HAS_EXPIRED"], "Give the server a certificate that is valid for its name."],
];

interface Fault {
  /** SQLSTATE or the system's; empty where there is none. */
  readonly code: string;
  readonly message: string;
}

function faultIn(error: unknown): Fault {
  // of a name with several addresses, each of which has failed
  if (error instanceof AggregateError && error.message === "") return faultIn(error.errors[0]);
  if (!(error instanceof Error)) return { code: "", message: String(error) };
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  const { cause } = error;
  return code === "" && cause instanceof Error && "code" in cause
    ? { ...faultIn(cause), message: error.message }
    : { code, message: error.message };
}

const toDoAbout = ({ code, message }: Fault): string | undefined =>
  advice.find(([signs]) =>
    signs.some((sign) => (typeof sign === "string" ? sign === code : sign.test(code) || sign.test(message))),
  )?.[1];

/**
 * A fault of PostgreSQL, or of the way to it, as the error of those who asked. `location`: without secrets. `doing`:
 * "opened", "read", "written to".
 */
export function postgresFault(location: string, doing: string, error: unknown): GatewayError {
  if (error instanceof GatewayError) return error;
  const fault = faultIn(error);
  const what = `The ledger ${location} cannot be ${doing}: ${fault.message}${fault.code === "" ? "" : ` (${fault.code})`}.`;
  const toDo = toDoAbout(fault);
  return new GatewayError("unavailable", toDo === undefined ? what : `${what} ${toDo}`, { cause: error });
}

/** Codes that say that what was to be written is wrong, not the store. */
const rowsFaults = /^(22|23|54)/;

/** A commit's fault: a row that cannot be written is nobody's but ours. */
export function postgresCommitFault(location: string, error: unknown): GatewayError {
  const { code, message } = faultIn(error);
  const isOurs = error instanceof RangeError || error instanceof TypeError || rowsFaults.test(code);
  if (!isOurs) return postgresFault(location, "written to", error);
  return GatewayError.from(new Error(`A row cannot be written to the ledger ${location}: ${message} (${code})`));
}

/** Whether rows belong to a month that is not there. */
export const isMonthMissing = (error: unknown): boolean =>
  faultIn(error).code === "23514" && faultIn(error).message.includes("no partition");
