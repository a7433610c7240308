/**
 * `node scripts/lockfile.ts` completes package-lock.json; --check only says what is missing.
 *
 * npm leaves a package's builds for other platforms out of the lock file when the registry it asks does not have them,
 * as is usual behind a mirror. Then `npm ci` refuses the lock file everywhere. The missing entries follow from what is
 * there: the version is pinned by the package that wants them, and the platform is in the name.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { root } from "./run.ts";

const file = join(root, "package-lock.json");

const entrySchema = z.looseObject({
  dev: z.boolean().optional(),
  optionalDependencies: z.record(z.string(), z.string()).optional(),
});
const lockSchema = z.looseObject({ packages: z.record(z.string(), entrySchema) });

type Packages = z.infer<typeof lockSchema>["packages"];

const platforms = [
  "aix",
  "android",
  "darwin",
  "freebsd",
  "linux",
  "netbsd",
  "openbsd",
  "openharmony",
  "sunos",
  "win32",
];
const processors = ["arm64", "arm", "ia32", "loong64", "mips64el", "ppc64", "riscv64", "s390x", "x64", "wasm32"];

/** What package.json of a platform's build says of it, as its name tells: "cli-linux-x64-musl". */
function platformOf(name: string): { os: string[]; cpu: string[]; libc?: string[] } | undefined {
  const words = name.split(/[/-]/);
  const os = platforms.find((platform) => words.includes(platform));
  const cpu = processors.find((processor) => words.includes(processor));
  if (os === undefined || cpu === undefined) return undefined;
  const libc = words.some((word) => word.startsWith("musl"))
    ? "musl"
    : words.some((word) => word.startsWith("gnu"))
      ? "glibc"
      : undefined;
  return { os: [os], cpu: [cpu], ...(os === "linux" && libc !== undefined && { libc: [libc] }) };
}

/** Entries for the optional packages that are wanted and not there. */
function missingEntries(packages: Packages): Packages {
  const missing: Packages = {};
  for (const [path, { dev, optionalDependencies = {} }] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(optionalDependencies)) {
      const top = `node_modules/${name}`;
      if (`${path}/${top}` in packages || top in packages) continue;
      const platform = platformOf(name);
      if (platform === undefined || !/^\d/.test(version)) {
        throw new Error(
          `${path} wants ${name}@${version}, which package-lock.json lacks and which is not named for a platform.`,
        );
      }
      missing[top] = { version, ...platform, ...(dev && { dev }), optional: true };
    }
  }
  return missing;
}

const lock = lockSchema.parse(JSON.parse(await readFile(file, "utf8")));
const missing = missingEntries(lock.packages);
const names = Object.keys(missing);
if (names.length > 0 && process.argv.includes("--check")) {
  console.error(
    `package-lock.json lacks packages of other platforms, so that \`npm ci\` refuses it:\n${names.join("\n")}`,
  );
  console.error("Run `node scripts/lockfile.ts` and commit the result.");
  process.exitCode = 1;
} else if (names.length > 0) {
  const sorted = Object.entries({ ...lock.packages, ...missing }).sort(([a], [b]) => (a < b ? -1 : 1));
  await writeFile(file, `${JSON.stringify({ ...lock, packages: Object.fromEntries(sorted) }, null, 2)}\n`);
  console.log(`Added to package-lock.json:\n${names.join("\n")}`);
}
