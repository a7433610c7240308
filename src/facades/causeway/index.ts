import type { FacadeRequest, FacadeResponse } from "../http.ts";
import type { Routes } from "../routes.ts";

export interface Readiness {
  readonly ready: boolean;
  /** What stands in the way, or is wrong all the same; for people. */
  readonly problems: readonly string[];
}

/** For probes, as openapi/causeway.yaml describes it: /health says that the process lives, /ready whether it can serve. */
export function causewayRoutes({ readiness }: { readonly readiness: () => Readiness }): Routes {
  const send = (response: FacadeResponse, status: number, value: object): void => {
    const body = JSON.stringify(value);
    response.writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(body) });
    response.end(body);
  };
  return {
    "/health": { GET: (_request: FacadeRequest, response) => send(response, 200, { status: "ok" }) },
    "/ready": {
      GET: (_request: FacadeRequest, response) => {
        const { ready, problems } = readiness();
        const told = problems.length === 0 ? undefined : problems;
        send(response, ready ? 200 : 503, { status: ready ? "ready" : "not ready", problems: told });
      },
    },
  };
}
