import type { components } from "../../../gen/openapi/causeway.ts";
import type { Pricing } from "../../core/ports.ts";
import type { ListedModel } from "../../core/routing.ts";
import { knownUsd } from "../../core/usd.ts";

/** A model with its prices, in dollars a million tokens. */
export function pricedModelOf(
  { id, provider, model }: ListedModel,
  pricing: Pricing,
): components["schemas"]["PricedModel"] {
  const price = pricing.perMillion(provider, model);
  return {
    name: id,
    litellm_model: `${provider}/${model}`,
    provider,
    input_cost_per_million: knownUsd(price?.input),
    output_cost_per_million: knownUsd(price?.output),
  };
}
