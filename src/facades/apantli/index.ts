import type { components } from "../../../gen/openapi/causeway.ts";
import type { LedgerEraser } from "../../core/ledger.ts";
import { sendJson } from "../http.ts";
import type { Facade } from "../index.ts";
import { Query } from "../query.ts";
import type { RouteHandler } from "../routes.ts";
import type { KeptOptions } from "./kept.ts";
import { endOfTime, periodOf, periodParameters } from "./period.ts";
import { requests } from "./requests.ts";
import { daily, hourly } from "./spans.ts";
import { dateRange, filterNames, type StatsDeps, stats } from "./stats.ts";

export interface ApantliFacadeDeps extends StatsDeps, KeptOptions {
  readonly ledger: StatsDeps["ledger"] & LedgerEraser;
}

/** The ledger as apantli's dashboards and scripts read it, as openapi/causeway.yaml describes it. */
export function apantliFacade(deps: ApantliFacadeDeps): Facade {
  const routes: Facade["routes"] = {
    "/stats": { GET: stats(deps) },
    "/stats/daily": { GET: daily(deps) },
    "/stats/hourly": { GET: hourly(deps) },
    "/stats/date-range": { GET: dateRange(deps) },
    "/stats/filters": { GET: filterNames(deps) },
    "/requests": { GET: requests(deps) },
    "/errors": { DELETE: deleteErrors(deps) },
  };
  return { routes, errors: deps.chat, owns: (_request, path) => path in routes };
}

/** A parameter that is not known is refused: the rows would not come back. */
function deleteErrors({ ledger, clock }: ApantliFacadeDeps): RouteHandler {
  return async (request, response) => {
    const query = new Query(request);
    query.only(periodParameters);
    const { from = 0, to = endOfTime } = periodOf(query, clock.now());
    const deleted = await ledger.deleteErrors(from, to);
    await sendJson(request, response, { deleted } satisfies components["schemas"]["Deleted"]);
  };
}
