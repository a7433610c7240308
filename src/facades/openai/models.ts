import type { components } from "../../../gen/openapi/openai.ts";
import type { Pricing } from "../../core/ports.ts";
import type { ListedModel } from "../../core/routing.ts";

/**
 * A model in OpenAI's form. What OpenAI does not say is there in the words of others whose lists have its form: as at Groq
 * (`context_window`), Groq and xAI (`input_modalities`), and OpenRouter (`pricing`). What is not known is absent.
 */
export function modelOf(listed: ListedModel, pricing: Pricing): components["schemas"]["Model"] {
  const { id, provider, contextWindow, inputModalities, created = 0 } = listed; // the field has to be there
  const price = pricing.perMillion(provider, listed.model);
  return {
    id,
    object: "model",
    created,
    owned_by: provider,
    ...(contextWindow !== undefined && { context_window: contextWindow }),
    ...(inputModalities && { input_modalities: [...inputModalities] }),
    ...(price && { pricing: { prompt: perToken(price.input), completion: perToken(price.output) } }),
  };
}

/** Nano-dollars a million tokens → dollars a token: 150000000n → "0.00000015". */
function perToken(nanoUsd: bigint): string {
  const digits = String(nanoUsd).padStart(16, "0");
  const fraction = digits.slice(-15).replace(/0+$/, "");
  const whole = digits.slice(0, -15);
  return fraction === "" ? whole : `${whole}.${fraction}`;
}
