import { createContextKey } from "@connectrpc/connect";

/** The key by which the caller was let in, masked. "": none was needed. */
export const callerKey = createContextKey("");
