import { once } from "node:events";
import { createServer } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "../../src/core/clock.ts";
import type { StoreLocation } from "../../src/core/ledger.ts";
import { createLedger } from "../../src/ledger/index.ts";
import { createPostgresServer, type PostgresServer, password, withoutPostgres } from "./postgres-server.ts";

type Url = StoreLocation & { readonly kind: "postgres" };

describe.skipIf(withoutPostgres)("a ledger in PostgreSQL that cannot be opened", () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await createPostgresServer();
    await server.start();
    await server.run("postgres", "create role guest login password 'p4ss-w0rd'");
  });
  afterAll(() => server.remove());

  const nameOf = ({ url }: Url): string => new URL(url).pathname.slice(1);

  /** The same store, with its URL changed. */
  function changed(store: Url, change: (url: URL) => void): Url {
    const url = new URL(store.url);
    change(url);
    return { ...store, url: url.href };
  }

  /** The same store, after statements ran in its database. */
  async function after(store: Url, sql: string): Promise<Url> {
    await server.run(nameOf(store), sql);
    return store;
  }

  test("because what listens there says nothing, says so in time", async () => {
    const silent = createServer().listen(0, "127.0.0.1");
    await once(silent, "listening");
    const { port } = Object(silent.address());
    const store = changed(await server.createDatabase(), (url) => (url.port = String(port)));
    const ledger = createLedger({ store, clock: systemClock, busyTimeoutMs: 100 });
    await expect(ledger.start()).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringMatching(/timeout.*It does not answer: check the host and the port in 'store'/),
    });
    await ledger.close();
    silent.close();
  });

  test.each<[string, (store: Url) => Url | Promise<Url>, RegExp]>([
    [
      "because the password is wrong",
      (store) => changed(store, (url) => (url.password = `not-${password}`)),
      /password authentication failed for user "causeway" \(28P01\)\. Mend the user and the password in 'store'\.$/,
    ],
    [
      "because there is no password",
      (store) => changed(store, (url) => (url.password = "")),
      /It wants a password: put one into 'store', or into the variable PGPASSWORD\.$/,
    ],
    [
      "because there is no such database",
      (store) => changed(store, (url) => (url.pathname = "/none")),
      /database "none" does not exist \(3D000\)\. Create it \(createdb\), or name another one in 'store'\.$/,
    ],
    [
      "because nobody listens there",
      (store) => changed(store, (url) => (url.port = "1")),
      /ECONNREFUSED.*\. Start PostgreSQL there, or mend the host and the port in 'store'\.$/,
    ],
    [
      "because there is no such socket",
      (store) => changed(store, (url) => (url.search = "?host=/none")),
      /ENOENT.*\. Start PostgreSQL there, or mend the host and the port in 'store'\.$/,
    ],
    [
      "because it has no TLS",
      (store) => changed(store, (url) => (url.search = "?sslmode=verify-full")),
      /does not support SSL connections\. Turn on TLS there, or add \?sslmode=disable to 'store'\.$/,
    ],
    [
      "because a certificate's file is not there",
      (store) => changed(store, (url) => (url.search = "?sslmode=verify-full&sslrootcert=/none.pem")),
      /ENOENT.*none\.pem.*\. Mend the path of the certificate in 'store'\.$/,
    ],
    [
      "because its user may not create tables",
      (store) => changed(store, (url) => (url.username = "guest")),
      /permission denied for schema public \(42501\)\. Let the gateway's user create tables/,
    ],
    [
      "because it can only be read from",
      (store) => after(store, `alter database ${nameOf(store)} set default_transaction_read_only = on`),
      /read-only transaction \(25006\)\. It can only be read from, as a replica: name the primary server in 'store'\.$/,
    ],
    [
      "because it takes no more connections",
      (store) => after(store, `alter role guest connection limit 0; alter database ${nameOf(store)} owner to guest`),
      /too many connections for role "guest" \(53300\)\. It takes no more connections: raise its max_connections/,
    ],
    [
      "because another program's tables are there",
      (store) => after(store, "create table requests (id integer)"),
      /relation "requests" already exists \(42P07\)\. There are tables of another program: name another database/,
    ],
    [
      "because it is of a newer Causeway",
      (store) =>
        after(
          store,
          "create table ledger_schema (version bigint, applied_at bigint); insert into ledger_schema values (99, 0)",
        ),
      /has schema version 99; this Causeway knows versions up to \d+\. Start the newer Causeway/,
    ],
    [
      "because its encoding has no place for all characters",
      async (store) => {
        const [name, template] = [nameOf(store), "encoding 'SQL_ASCII' template template0"];
        await server.run("postgres", `drop database ${name}; `.trim());
        await server.run("postgres", `create database ${name} ${template}`);
        return store;
      },
      /the database's encoding is SQL_ASCII\. Create one with UTF8/,
    ],
  ])("%s says so, what to do, and no password", async (name, change, message) => {
    const made = await change(await server.createDatabase());
    const store = name.includes("more connections") ? changed(made, (url) => (url.username = "guest")) : made;
    const ledger = createLedger({ store, clock: systemClock });
    const error: unknown = await ledger.start().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "unavailable", message: expect.stringMatching(message) });
    expect(String(error)).toMatch(/The ledger (at )?postgres:\/\/causeway@127\.0\.0\.1:/);
    expect(String(error)).not.toContain(password);
    expect(ledger.status().writable).toBe(false);
    await ledger.close();
  });
});
