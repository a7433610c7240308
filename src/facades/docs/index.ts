import { readdir } from "node:fs/promises";
import { GatewayError } from "../../core/error.ts";
import { isMissing } from "../../lib/missing.ts";
import { type FacadeRequest, type FacadeResponse, type ResponseHeaders, sendJson } from "../http.ts";
import type { Routes } from "../routes.ts";
import { createFileReader, sendStored } from "./files.ts";

/** Folders, as file URLs that end in a slash. */
export interface DocsFolders {
  /** The OpenAPI documents: each file NAME.yaml in it is served. */
  readonly documents: URL;
  /** The npm package swagger-ui-dist. */
  readonly viewer: URL;
  /** The page around the viewer: the folder `page` beside this file. */
  readonly page: URL;
}

const yaml = "application/yaml; charset=utf-8"; // RFC 9512
const html = "text/html; charset=utf-8";
const css = "text/css; charset=utf-8";
const javascript = "text/javascript; charset=utf-8";
const png = "image/png";

/** What the page loads below /docs/, and of which folder. Nothing else of these folders can be had. */
const assets: ReadonlyMap<string, readonly [folder: "viewer" | "page", type: string]> = new Map([
  ["page.css", ["page", css]],
  ["page.js", ["page", javascript]],
  ["swagger-ui.css", ["viewer", css]],
  ["swagger-ui-bundle.js", ["viewer", javascript]],
  ["swagger-ui-standalone-preset.js", ["viewer", javascript]],
  ["favicon-32x32.png", ["viewer", png]],
]);

/**
 * People enter their keys on this page, so nothing on it comes from elsewhere, and it reaches nothing but the gateway.
 * The viewer's style sheet has its icons as data: URLs; an image that a model answers with is shown as a blob.
 */
const contentSecurityPolicy = [
  "default-src 'self'",
  "img-src 'self' data: blob:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const documentHeaders: Readonly<ResponseHeaders> = { "x-content-type-options": "nosniff" };
const pageHeaders: Readonly<ResponseHeaders> = {
  ...documentHeaders,
  "content-security-policy": contentSecurityPolicy,
  "cross-origin-opener-policy": "same-origin",
  "referrer-policy": "no-referrer",
};

/** No path leads out of the folder in these words, and none is longer than a file's name may be. */
const documentName = /^[a-z0-9][a-z0-9-]{0,62}\.yaml$/;

/** Long enough for one visit, short enough that an edited document is seen at the next. */
const holdMs = 10_000;

/**
 * What the gateway serves over REST, to read: the OpenAPI documents and a page with a viewer, as openapi/causeway.yaml
 * describes them. A browser has no key when it opens a page, so these belong to the routes that are open to everybody.
 */
export function docsRoutes(folders: DocsFolders): Routes {
  const read = createFileReader({ holdMs });

  async function sendDocument(request: FacadeRequest, response: FacadeResponse, name: string): Promise<void> {
    if (!documentName.test(name)) throw noDocument(name);
    const file = await read(new URL(name, folders.documents)).catch((error: unknown) => {
      throw isMissing(error) ? noDocument(name) : error;
    });
    sendStored(request, response, file, { ...documentHeaders, "content-type": yaml });
  }

  async function sendList(request: FacadeRequest, response: FacadeResponse): Promise<void> {
    const names = (await readdir(folders.documents)).filter((name) => documentName.test(name)).sort();
    const documents = names.map((name) => ({ name: name.replace(/\.yaml$/, ""), url: `openapi/${name}` }));
    await sendJson(request, response, { documents }, { ...documentHeaders, "cache-control": "no-cache" });
  }

  async function sendPage(request: FacadeRequest, response: FacadeResponse): Promise<void> {
    const file = await read(new URL("index.html", folders.page));
    sendStored(request, response, file, { ...pageHeaders, "content-type": html });
  }

  async function sendAsset(request: FacadeRequest, response: FacadeResponse, name: string): Promise<void> {
    const asset = assets.get(name);
    if (asset === undefined) throw new GatewayError("not_found", `The page at /docs has no '${name}'.`);
    const [folder, type] = asset;
    sendStored(request, response, await read(new URL(name, folders[folder])), { ...pageHeaders, "content-type": type });
  }

  return {
    "/": { GET: leadToPage },
    "/openapi": { GET: sendList },
    "/openapi/*": { GET: sendDocument },
    "/docs": { GET: sendPage },
    "/docs/": { GET: redirectToPage },
    "/docs/*": { GET: sendAsset },
  };
}

/** The page's addresses are relative to /docs. */
function redirectToPage(_request: FacadeRequest, response: FacadeResponse): void {
  response.writeHead(308, { location: "../docs", "content-length": 0 });
  response.end("");
}

/** Who opens the gateway's address in a browser wants to see something. For now only: something else may be there one day. */
function leadToPage(_request: FacadeRequest, response: FacadeResponse): void {
  response.writeHead(307, { location: "docs", "content-length": 0, "cache-control": "no-store" });
  response.end("");
}

const noDocument = (name: string): GatewayError =>
  new GatewayError("not_found", `There is no document '${name}'. GET /openapi lists those there are.`);
