/**
 * Holds proto/ against what was published before: no change may break a client. On a branch that is the commit where the
 * branch left main; on main itself the last commit (for what is not committed yet) and the one before it. What cannot be
 * compared, say in a shallow clone, is no failure, but is said on lines that begin with NOTE.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "./run.ts";

const note = (text: string): void => console.log(`NOTE ${text}`);

/** The output of a git command that succeeded. */
async function git(...args: string[]): Promise<string | undefined> {
  const { code, stdout } = await run("git", args);
  return code === 0 ? stdout.trim() : undefined;
}

const commit = (name: string): Promise<string | undefined> =>
  git("rev-parse", "--verify", "--quiet", `${name}^{commit}`);

/** The commits to compare with. */
async function baselines(): Promise<string[]> {
  const head = await commit("HEAD");
  if (head === undefined) {
    note("NOT COMPARED: there is no commit yet, or this is no git repository.");
    return [];
  }
  const main = (await commit("origin/main")) ?? (await commit("main"));
  if (main === undefined) {
    note("NOT COMPARED WITH MAIN: neither origin/main nor main is in this clone.");
    return [head, ...(await before(head))];
  }
  const base = await git("merge-base", head, main);
  if (base === undefined) {
    note("No commit that HEAD shares with main is in this clone: compared with main's last commit instead.");
    return [main];
  }
  return base === head ? [head, ...(await before(head))] : [base];
}

async function before(head: string): Promise<string[]> {
  const parent = await commit(`${head}~1`);
  if (parent !== undefined) return [parent];
  const shallow = (await git("rev-parse", "--is-shallow-repository")) === "true";
  note(
    shallow
      ? "THE LAST COMMIT WAS NOT COMPARED with the one before it, which is not in this shallow clone."
      : "The first commit has none before it to be compared with.",
  );
  return [];
}

/** Whether nothing breaks against `baseline`. */
async function holds(baseline: string, folder: string): Promise<boolean> {
  const archive = join(folder, `${baseline}.tar`);
  if ((await git("archive", `--output=${archive}`, baseline, "proto", "buf.yaml")) === undefined) {
    note(`NOT COMPARED with ${baseline}: it has no proto/ and buf.yaml.`);
    return true;
  }
  const { code, output } = await run("buf", ["breaking", "--against", archive]);
  if (code !== 0) console.error(`Against ${baseline}:\n${output}`);
  return code === 0;
}

const folder = await mkdtemp(join(tmpdir(), "causeway-breaking-"));
try {
  for (const baseline of await baselines()) {
    if (!(await holds(baseline, folder))) process.exitCode = 1;
  }
} finally {
  await rm(folder, { recursive: true });
}
