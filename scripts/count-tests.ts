/**
 * Adds up the JSON reports of vitest that are named as arguments and prints "N passed, N failed" as one line. A test file
 * that could not be run, and a report that is missing, counts as one failure.
 */
import { readFile } from "node:fs/promises";
import { z } from "zod";

const reportSchema = z.object({
  testResults: z.array(
    z.object({
      status: z.string(),
      assertionResults: z.array(z.object({ status: z.string() })),
    }),
  ),
});

type FileResult = z.infer<typeof reportSchema>["testResults"][number];

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

function add(counts: Counts, { status, assertionResults }: FileResult): void {
  const failedBefore = counts.failed;
  for (const test of assertionResults) {
    if (test.status === "passed") counts.passed += 1;
    else if (test.status === "failed") counts.failed += 1;
    else counts.skipped += 1;
  }
  if (status === "failed" && counts.failed === failedBefore) counts.failed += 1;
}

async function count(path: string): Promise<Counts> {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  try {
    for (const result of reportSchema.parse(JSON.parse(await readFile(path, "utf8"))).testResults) add(counts, result);
  } catch (error) {
    console.error(`${path} is no report of vitest: ${error}`);
    counts.failed += 1;
  }
  return counts;
}

const total: Counts = { passed: 0, failed: 0, skipped: 0 };
for (const counts of await Promise.all(process.argv.slice(2).map(count))) {
  total.passed += counts.passed;
  total.failed += counts.failed;
  total.skipped += counts.skipped;
}
console.log(`${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ""}`);
if (total.failed > 0 || total.passed === 0) process.exitCode = 1;
