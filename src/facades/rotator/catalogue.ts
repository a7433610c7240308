import type { components } from "../../../gen/openapi/causeway.ts";
import { sendJson, whenGone } from "../http.ts";
import type { RouteHandler } from "../routes.ts";
import type { RotatorFacadeDeps } from "./index.ts";

type CatalogueStats = components["schemas"]["CatalogueStats"];

/** How many models there are, and what is known of them. */
export function catalogueStats({ providers, routing, listModels, pricing }: RotatorFacadeDeps): RouteHandler {
  return async (request, response) => {
    const listed = await listModels(whenGone(response));
    const prices = pricing();
    const lists = providers()
      .toSorted()
      .map((name) => ({ name, ...routing().models(name) }));
    const times = lists.flatMap(({ listedAt }) => (listedAt === undefined ? [] : [listedAt]));
    await sendJson(request, response, {
      ready: times.length === lists.length,
      last_refresh: times.length === 0 ? null : Math.max(...times) / 1000,
      total_models: listed.length,
      aliases: listed.filter(({ alias }) => alias).length,
      with_prices: listed.filter(({ provider, model }) => prices.perMillion(provider, model) !== undefined).length,
      with_context_window: listed.filter(({ contextWindow }) => contextWindow !== undefined).length,
      providers: Object.fromEntries(
        lists.map(({ name, models, listedAt, error }) => [
          name,
          {
            models: models.length,
            last_refresh: listedAt === undefined ? null : listedAt / 1000,
            error: error?.message ?? null,
          },
        ]),
      ),
    } satisfies CatalogueStats);
  };
}
