import { Code, ConnectError } from "@connectrpc/connect";

/** What a client asked wrongly: `message` says what, and what to do. */
export const invalid = (message: string): ConnectError => new ConnectError(message, Code.InvalidArgument);
