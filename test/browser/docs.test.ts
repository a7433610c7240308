import { readdirSync, readFileSync } from "node:fs";
import type { Browser, BrowserContext, Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { parse } from "yaml";
import type { RouteHandler } from "../../src/facades/routes.ts";
import { type DocsSite, serveDocs, shippedFolders } from "../facades/docs-site.ts";
import { launchChromium, withoutChromium } from "./chromium.ts";

/** Names of schemes, each of which lets somebody in. */
type Security = readonly Readonly<Record<string, unknown>>[];

interface Document {
  readonly info: { readonly title: string };
  readonly security?: Security;
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly security?: Security }>>>>;
  readonly components: { readonly securitySchemes?: Readonly<Record<string, unknown>> };
}

const isMethod = (key: string): boolean => /^(?:get|post|put|patch|delete)$/.test(key);

const documents = readdirSync(shippedFolders.documents)
  .sort()
  .map((file) => {
    const text = readFileSync(new URL(file, shippedFolders.documents), "utf8");
    const { info, security = [], paths, components }: Document = parse(text, { maxAliasCount: -1 });
    const operations = Object.entries(paths).flatMap(([path, item]) =>
      Object.keys(item)
        .filter(isMethod)
        .map((method) => `${method.toUpperCase()} ${path}`),
    );
    /** A path for which the scheme is one of those that count. */
    const pathWith = (scheme: string): string | undefined =>
      Object.entries(paths).find(([, item]) =>
        Object.entries(item).some(
          ([key, operation]) => isMethod(key) && (operation.security ?? security).some((names) => scheme in names),
        ),
      )?.[0];
    const schemes = Object.keys(components.securitySchemes ?? {}).map((name) => ({ name, path: pathWith(name) }));
    return { name: file.replace(".yaml", ""), title: info.title, operations, schemes };
  });

describe.skipIf(withoutChromium)("the page at /docs", () => {
  const keys: (string | undefined)[] = [];
  let site: DocsSite;
  let url: string;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  /** What the page complained of, and what it wanted from elsewhere. */
  let faults: string[];

  beforeAll(async () => {
    const accept: RouteHandler = (_request, response) => {
      response.writeHead(200, { "content-type": "application/json" });
      response.end("{}");
    };
    site = await serveDocs({
      routes: { "/*": { GET: accept, POST: accept, DELETE: accept } },
      check: (key) => {
        keys.push(key);
        return "";
      },
    });
    url = `http://127.0.0.1:${site.port}`;
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await site.close();
  });

  beforeEach(async () => {
    context = await browser.newContext();
    page = await context.newPage();
    faults = [];
    keys.length = 0;
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") faults.push(message.text());
    });
    page.on("pageerror", (error) => faults.push(error.message));
    page.on("request", (request) => {
      if (!/^(?:data|blob):/.test(request.url()) && !request.url().startsWith(`${url}/`)) faults.push(request.url());
    });
    page.on("requestfailed", (request) => faults.push(`${request.url()}: ${request.failure()?.errorText}`));
  });
  afterEach(async () => {
    await context.close();
    expect(faults).toEqual([]);
    expect(site.faults).toEqual([]);
  });

  const chooser = (): Locator => page.getByLabel("Select a definition");
  const title = (): Locator => page.locator(".info .title");
  const operations = (): Locator => page.locator(".opblock");

  /** Opens the page with a document in it. */
  async function open(document: { name: string; title: string }): Promise<void> {
    await page.goto(`${url}/docs?urls.primaryName=${document.name}`);
    await title().getByText(document.title).waitFor();
    await operations().first().waitFor();
  }

  test("lets one choose each document, and shows that one's operations", async () => {
    await page.goto(`${url}/docs`);
    await operations().first().waitFor();
    expect(await chooser().locator("option").allTextContents()).toEqual(documents.map(({ name }) => name));
    for (const document of documents.toReversed()) {
      await chooser().selectOption({ label: document.name });
      await title().getByText(document.title).waitFor();
      const methods = await page.locator(".opblock-summary-method").allTextContents();
      const paths = await page
        .locator(".opblock-summary-path")
        .evaluateAll((elements) => elements.map((element) => element.getAttribute("data-path")));
      expect(paths.map((path, i) => `${methods[i]} ${path}`).sort()).toEqual(document.operations.toSorted());
    }
  });

  test.each(documents)("shows every operation of $name in full", { timeout: 120_000 }, async (document) => {
    await open(document);
    const controls = await page.locator(".opblock-summary-control").all();
    expect(controls.length).toBe(document.operations.length);
    for (const control of controls) {
      await control.click();
      const body = operations().filter({ has: page.locator(".opblock-body") });
      await body.locator(".responses-inner").waitFor();
      await control.click();
      await body.waitFor({ state: "detached" });
    }
    expect(await page.locator(".errors-wrapper").count()).toBe(0);
  });

  const schemes = documents.flatMap((document) => document.schemes.map((scheme) => ({ ...document, scheme })));
  test.each(schemes)("sends a key that is entered as $scheme.name in $name to the gateway", async (document) => {
    await open(document);
    await page.getByRole("button", { name: "Authorize", exact: true }).click();
    const form = page.locator(".auth-container").filter({ has: page.getByText(document.scheme.name, { exact: true }) });
    await form.getByRole("textbox").fill("a-key-of-mine");
    await form.getByRole("button", { name: "Apply credentials" }).click();
    await form.getByRole("button", { name: "Remove authorization" }).waitFor(); // the page has taken it
    await form.getByRole("button", { name: "Close" }).click();

    const path = page.locator(`[data-path=${JSON.stringify(document.scheme.path)}]`);
    await operations().filter({ has: path }).first().locator(".opblock-summary-control").click();
    await page.getByRole("button", { name: "Try it out" }).click();
    for (const input of await page.locator("tr:has(.required) input[type=text]").all()) {
      if ((await input.inputValue()) === "") await input.fill("x");
    }
    await page.getByRole("button", { name: "Execute" }).click();
    await page.locator(".live-responses-table .response-col_status").getByText("200").waitFor();
    expect(keys).toEqual(["a-key-of-mine"]);
    expect(JSON.stringify(await context.storageState())).not.toContain("a-key-of-mine");
  });

  test("shows no document that a link brings from elsewhere", async () => {
    const elsewhere = encodeURIComponent("http://elsewhere.invalid/openapi.yaml");
    await page.goto(`${url}/docs?url=${elsewhere}&configUrl=${elsewhere}&urls.primaryName=causeway`);
    await title().getByText("Causeway's own HTTP surface").waitFor();
    expect(await operations().count()).toBeGreaterThan(0);
  });

  test("is also found at /docs/", async () => {
    await page.goto(`${url}/docs/`);
    await operations().first().waitFor();
    expect(page.url()).toBe(`${url}/docs`);
  });
});
