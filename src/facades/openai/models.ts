import type { components as Causeway } from "../../../gen/openapi/causeway.ts";
import type { components } from "../../../gen/openapi/openai.ts";
import type { Pricing } from "../../core/ports.ts";
import type { ListedModel } from "../../core/routing.ts";
import { perToken } from "../../core/usd.ts";
import type { Query } from "../query.ts";

type Model = components["schemas"]["Model"];
type EnrichedModel = Causeway["schemas"]["Model"];

/** How a model is described: as `enriched` asks for, or as is usual. Throws GatewayError "invalid_request". */
export function modelWriter(query: Query): (listed: ListedModel, pricing: Pricing) => EnrichedModel {
  const enriched = query.boolean("enriched");
  if (enriched === undefined) return modelOf;
  return enriched ? enrichedModelOf : plainModelOf;
}

const plainModelOf = ({ id, provider, created = 0 }: ListedModel) =>
  ({ id, object: "model", created, owned_by: provider }) as const; // all four have to be there

/**
 * A model in OpenAI's form. What OpenAI does not say is there in the words of others whose lists have its form: as at Groq
 * (`context_window`), Groq and xAI (`input_modalities`), and OpenRouter (`pricing`). What is not known is absent.
 */
function modelOf(listed: ListedModel, pricing: Pricing): Model {
  const { provider, contextWindow, inputModalities } = listed;
  const price = pricing.perMillion(provider, listed.model);
  return {
    ...plainModelOf(listed),
    ...(contextWindow !== undefined && { context_window: contextWindow }),
    ...(inputModalities && { input_modalities: [...inputModalities] }),
    ...(price && { pricing: { prompt: perToken(price.input), completion: perToken(price.output) } }),
  };
}

/** The same also under the names of LiteLLM's model map, by which other tools know it, and of OpenRouter (`context_length`). */
function enrichedModelOf(listed: ListedModel, pricing: Pricing): EnrichedModel {
  const model = modelOf(listed, pricing);
  const { context_window: tokens, input_modalities: modalities, pricing: price } = model;
  return {
    ...model,
    ...(tokens !== undefined && { context_length: tokens, max_input_tokens: tokens }),
    ...(price && { input_cost_per_token: Number(price.prompt), output_cost_per_token: Number(price.completion) }),
    ...(modalities && {
      supported_modalities: modalities,
      capabilities: { vision: modalities.includes("image"), audio_input: modalities.includes("audio") },
    }),
  };
}
