#!/usr/bin/env node
// What `npm start` runs. JavaScript, because it has to come before the first TypeScript: from the second start on, Node
// then takes the code as it compiled it before, which halves the time to start and saves 20 to 40 MB.
import { enableCompileCache } from "node:module";
import { fileURLToPath } from "node:url";

enableCompileCache(fileURLToPath(new URL("../node_modules/.cache/causeway", import.meta.url)));
await import("./main.ts");
