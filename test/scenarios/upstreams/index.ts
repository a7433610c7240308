import { aimock } from "./aimock.ts";
import { demo } from "./demo.ts";
import { scripted } from "./scripted-scenarios.ts";
import type { UpstreamKind } from "./upstream.ts";

/** Every provider that the scenarios are asked of. One more is one more line. */
export const upstreamKinds: readonly UpstreamKind[] = [aimock, demo, scripted];
