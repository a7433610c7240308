import type { components } from "../../../gen/openapi/causeway.ts";
import type { Clock } from "../../core/clock.ts";
import type { Dialect } from "../../core/dialect.ts";
import type { Gateway } from "../../core/gateway.ts";
import type { RoutingAdmin } from "../../core/health.ts";
import type { LedgerFigures, LedgerReader } from "../../core/ledger.ts";
import type { Pricing } from "../../core/ports.ts";
import type { ListedModel } from "../../core/routing.ts";
import { type FacadeRequest, type FacadeResponse, sendJson } from "../http.ts";
import type { Facade } from "../index.ts";
import { catalogueStats } from "./catalogue.ts";
import { costEstimate, tokenCount } from "./estimates.ts";
import { quotaStats, refreshedQuotaStats } from "./quota-routes.ts";

/** What came of reading the configuration anew. */
export interface Reloaded {
  /** Not empty: the old one stays in force. 0: the line is not known. */
  readonly problems: readonly { readonly line: number; readonly path: string; readonly message: string }[];
}

export interface RotatorFacadeDeps {
  readonly gateway: Gateway;
  /** openai-chat. */
  readonly chat: Dialect;
  /** The names of the providers. */
  readonly providers: () => readonly string[];
  readonly routing: () => RoutingAdmin;
  readonly listModels: (signal: AbortSignal) => Promise<ListedModel[]>;
  readonly pricing: () => Pricing;
  /** The known provider whose models have names such as this one. */
  readonly providerOf: (model: string) => string | undefined;
  readonly ledger: Pick<LedgerReader, "summary"> & Pick<LedgerFigures, "uses">;
  readonly reload: () => Promise<Reloaded>;
  readonly clock: Clock;
  /** The most bytes of a request's body. */
  readonly bodyLimit: number;
}

/** What LLM-API-Key-Proxy's clients ask beside chats, as openapi/causeway.yaml describes it. */
export function rotatorFacade(deps: RotatorFacadeDeps): Facade {
  async function providerNames(request: FacadeRequest, response: FacadeResponse): Promise<void> {
    const names = deps.providers().toSorted();
    await sendJson(request, response, names satisfies components["schemas"]["ProviderNames"]);
  }

  const routes: Facade["routes"] = {
    "/v1/providers": { GET: providerNames },
    "/v1/model-info/stats": { GET: catalogueStats(deps) },
    "/v1/quota-stats": { GET: quotaStats(deps), POST: refreshedQuotaStats(deps) },
    "/v1/token-count": { POST: tokenCount(deps) },
    "/v1/cost-estimate": { POST: costEstimate(deps) },
  };
  return { routes, errors: deps.chat, owns: (_request, path) => path in routes };
}
