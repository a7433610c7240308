import type { EmbeddingsCodec } from "../../core/dialect.ts";
import { Drops } from "../../core/drops.ts";
import { GatewayError } from "../../core/error.ts";
import { WireObject } from "../../core/wire-object.ts";
import { toJson } from "../../lib/json-text.ts";
import { dialectName, tryReadUsage } from "./wire.ts";

/** "Create embeddings" (platform.openai.com/docs/api-reference/embeddings). */
export const embeddingsCodec: EmbeddingsCodec = {
  write(request, model) {
    const drops = new Drops(dialectName);
    drops.unless(false, "input_type", request.inputType);
    const body = toJson({
      model,
      input: request.input,
      dimensions: request.dimensions,
      user: request.endUserId || undefined,
      encoding_format: "float",
      ...drops.own(request.extensions, ""),
    });
    return { body, dropped: drops.paths };
  },

  read(wire) {
    try {
      const answer = new WireObject(wire, "");
      const data = answer.required("data", answer.objects("data"), "an array");
      const vectors: number[][] = [];
      data.forEach((item, i) => {
        const values = item.required("embedding", item.array("embedding"), "an array of numbers");
        vectors[item.count("index") ?? i] = values.map(Number);
      });
      return { model: answer.string("model") ?? "", vectors, usage: tryReadUsage(answer.raw("usage")) };
    } catch (cause) {
      if (!(cause instanceof GatewayError)) throw cause;
      throw new GatewayError("upstream_malformed", `The provider's answer is no list of embeddings: ${cause.message}`, { cause });
    }
  },
};
