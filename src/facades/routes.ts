import { GatewayError } from "../core/error.ts";
import { type FacadeRequest, type FacadeResponse, pathOf } from "./http.ts";

export type RouteHandler = (request: FacadeRequest, response: FacadeResponse, rest: string) => void | Promise<void>;

/** Paths as keys; one that ends in "/*" matches every path below it, whose remainder the handler gets. */
export type Routes = Readonly<Record<string, Readonly<Partial<Record<"GET" | "POST" | "DELETE", RouteHandler>>>>>;

/**
 * Finds the handler of a request. HEAD is answered as GET: Node leaves the body out. Throws GatewayError "not_found"
 * for a path nobody serves, and "method_not_allowed", with what is allowed, for another method.
 */
export function createRoutes(routes: Routes): RouteHandler {
  const exact = new Map(Object.entries(routes).filter(([path]) => !path.endsWith("/*")));
  const below = Object.entries(routes).flatMap(([path, methods]) =>
    path.endsWith("/*") ? [{ prefix: path.slice(0, -1), methods }] : [],
  );
  return (request, response) => {
    const path = pathOf(request);
    let methods = exact.get(path);
    let rest = "";
    if (methods === undefined) {
      const match = below.find(({ prefix }) => path.startsWith(prefix) && path.length > prefix.length);
      if (match === undefined) {
        throw new GatewayError(
          "not_found",
          `There is nothing at ${request.method} ${path}. The README lists what is served.`,
        );
      }
      methods = match.methods;
      rest = decodeRest(path.slice(match.prefix.length));
    }
    const method = request.method === "HEAD" ? "GET" : request.method;
    const handler = method === "GET" || method === "POST" || method === "DELETE" ? methods[method] : undefined;
    if (handler !== undefined) return handler(request, response, rest);
    const allow = Object.keys(methods);
    throw new GatewayError("method_not_allowed", `${path} does not take ${request.method}, but ${allow.join(", ")}.`, {
      allow,
    });
  };
}

function decodeRest(rest: string): string {
  try {
    return decodeURIComponent(rest);
  } catch {
    throw new GatewayError("invalid_request", `'${rest}' in the path is not well percent-encoded.`);
  }
}
