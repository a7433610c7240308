import type { TokenCounter } from "../core/ports.ts";

/** Counting stops the event loop for about 3 ms at this length; what is longer is extrapolated from its beginning. */
const longestCounted = 100_000;

/** gpt-tokenizer with the encoding of the newer models it knows. It is loaded when first needed: it takes 50 MB. */
export function createTokenCounter(): TokenCounter {
  return {
    name: "gpt-tokenizer/o200k_base",
    async count(text) {
      if (text === "") return 0;
      const { countTokens } = await import("gpt-tokenizer/encoding/o200k_base");
      const sample = text.length > longestCounted ? text.slice(0, longestCounted) : text;
      return Math.ceil(countTokens(sample, { disallowedSpecial: new Set() }) * (text.length / sample.length));
    },
  };
}
