import { createClient, createRouterTransport } from "@connectrpc/connect";
import { AdminService } from "../../gen/causeway/admin/v1/admin_pb.ts";
import { type AdminServiceDeps, createAdminService, type GatewayStatus } from "../../src/services/admin.ts";
import { fakeRouting } from "./fake-routing.ts";

export const status: GatewayStatus = {
  version: "1.2.3",
  startedAt: 1_000_000,
  providers: [
    { name: "two", dialect: "d", baseUrl: "https://b.example", credentials: [] },
    { name: "one", dialect: "d", baseUrl: "https://a.example", credentials: ["sk-…9abc", "sk-…0def"] },
  ],
  aliases: [
    { name: "z", strategy: "fallback", targets: ["one/m"] },
    { name: "c", strategy: "fallback", targets: [] },
    { name: "a", strategy: "weighted", targets: ["two/n", "one/m"] },
  ],
  store: { kind: "sqlite", location: "/x.db", writable: true, pending: 2 },
  configPath: "/srv/causeway.yaml",
  configLoadedAt: 1_500_000,
  configProblems: [{ line: 3, column: 4, path: "listen", message: "no" }],
  inFlight: 7,
};

/** A client of AdminService over these ports, or over ones that have little to say. */
export function adminClient(deps: Partial<AdminServiceDeps> = {}) {
  const routing = fakeRouting();
  const service = createAdminService({
    now: () => 1_061_250,
    status: () => status,
    reload: () => Promise.resolve({ problems: [], changed: false, needsRestart: [] }),
    check: () => Promise.resolve([]),
    routing: () => routing,
    test: () => Promise.reject(new Error("no test was expected")),
    ...deps,
  });
  return createClient(
    AdminService,
    createRouterTransport(({ service: add }) => {
      add(AdminService, service);
    }),
  );
}
