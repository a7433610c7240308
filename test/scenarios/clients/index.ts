import type { ClientKind } from "./client.ts";
import { connectNode, connectWeb } from "./connect-clients.ts";
import { connectJson } from "./connect-json.ts";
import { grpcJs } from "./grpc-js.ts";
import { openaiSdk } from "./openai-sdk.ts";

/** Every way in. One more is one more line. */
export const clientKinds: readonly ClientKind[] = [openaiSdk, connectNode, grpcJs, connectWeb, connectJson];
