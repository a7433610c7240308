/** Why a listener could not start, in words that help. `error`: as Node reported it; stays the cause. */
export function listenProblem(error: Error, host: string | undefined, port: number): Error {
  const address = `${host?.includes(":") ? `[${host}]` : (host ?? "*")}:${port}`;
  const reason = reasonOf("code" in error ? error.code : undefined, host, port) ?? `${error.message}.`;
  return new Error(`The gateway cannot listen on ${address}: ${reason}`, { cause: error });
}

function reasonOf(code: unknown, host: string | undefined, port: number): string | undefined {
  switch (code) {
    case "EADDRINUSE":
      return `another program, or another gateway, has port ${port}. Stop it, or set another port in 'listen' or with --port.`;
    case "EACCES":
      return `this user may not use port ${port}. Set one above 1023 in 'listen', or let the system forward the port.`;
    case "EADDRNOTAVAIL":
      return `this machine has no address '${host}'. Set one that it has in 'listen': 127.0.0.1 for this machine only, or no host at all for every interface.`;
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return `the name '${host}' is not known. Set an address, or a name that resolves to one of this machine's, in 'listen'.`;
    default:
      return undefined;
  }
}

/** The same for a certificate and its key. */
export function tlsProblem(error: unknown): Error {
  const said = error instanceof Error ? error.message : String(error);
  return new Error(
    `The TLS certificate ('tls.cert') and its key ('tls.key') cannot be used: ${said}. Both have to be PEM, and belong together.`,
    { cause: error },
  );
}
