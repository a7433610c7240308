import { afterAll, beforeAll, describe } from "vitest";
import { createPostgresServer, type PostgresServer, withoutPostgres } from "./postgres-server.ts";
import { useServer } from "./stores.ts";

/** Suites of the ledger that run on any store. */
const suites = {
  figures: () => import("./figures.test.ts"),
  ledger: () => import("./ledger.test.ts"),
  outage: () => import("./outage.test.ts"),
  rollups: () => import("./rollups.test.ts"),
  reprice: () => import("./reprice.test.ts"),
  retention: () => import("./retention.test.ts"),
  state: () => import("./state.test.ts"),
  stats: () => import("../services/stats.test.ts"),
  "stats of rows": () => import("../services/stats-rows.test.ts"),
};

describe.skipIf(withoutPostgres)("on PostgreSQL:", () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await createPostgresServer();
    await server.start();
  });
  afterAll(() => server.remove());
  useServer(() => server);

  for (const [name, load] of Object.entries(suites)) describe(name, async () => void (await load()));
});
