import type { UpstreamKind } from "./upstream.ts";

/** The gateway's own model (docs/demo.md): what it does is said in the prompt. */
export const demo: UpstreamKind = {
  name: "demo",
  model: () => "demo",
  async start() {
    return { provider: undefined, lastRequest: () => undefined, async close() {} };
  },
};
