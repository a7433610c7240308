import { type ConfigFile, type RunningGateway, startGateway } from "./gateway.ts";
import { type ScriptedUpstream, startScriptedUpstream } from "./upstreams/scripted.ts";

export interface GatewayWithProvider {
  readonly gateway: RunningGateway;
  readonly provider: ScriptedUpstream;
  [Symbol.asyncDispose](): Promise<void>;
}

export const providerKey = "sk-provider-0123456789abcdef-wxyz";

/**
 * A gateway with one provider, "scripted", which does what the test says. `entry`: more of what the configuration says
 * of the provider.
 */
export async function startWithProvider(file: ConfigFile = {}, entry: ConfigFile = {}): Promise<GatewayWithProvider> {
  const provider = await startScriptedUpstream();
  const scripted = { dialect: "openai-chat", base_url: provider.url, keys: [providerKey], ...entry };
  const routing = { retries: 0, breaker: false }; // each failure is looked at by itself
  const gateway = await startGateway({ providers: { scripted }, routing, ...file });
  return {
    gateway,
    provider,
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      await provider.close();
    },
  };
}

/** Names no two tests share, so that each finds its own rows and requests. */
export function createNames(): (prefix: string) => string {
  let last = 0;
  return (prefix) => {
    last += 1;
    return `${prefix}-${last}`;
  };
}
