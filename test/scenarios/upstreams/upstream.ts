import type { Scenario } from "../scenarios.ts";

/** A kind of provider that answers the scenarios. */
export interface UpstreamKind {
  /** Its name as a provider of the gateway. */
  readonly name: string;
  start(scenarios: readonly Scenario[]): Promise<RunningUpstream>;
  /** The provider's name for the model that answers so. */
  model(scenario: Scenario): string;
}

export interface RunningUpstream {
  /** As it stands under "providers". undefined: it is built in. */
  readonly provider: Readonly<Record<string, unknown>> | undefined;
  /** The body of the last request for this model. undefined: nobody can look into this provider. */
  lastRequest(model: string): unknown;
  close(): Promise<void>;
}
