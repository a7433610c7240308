import { spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A disk of its own, so small that it can be filled. */
export interface SmallDisk {
  readonly path: string;
  /** Leaves not one byte on it. */
  fill(): void;
  /** Gives back what `fill` took. */
  makeRoom(): void;
  [Symbol.dispose](): void;
}

const missing = "A small disk needs Linux, and who may mount on it: run them as root, in a container with SYS_ADMIN.";

/** Whether tests on a full disk are left out, as they are where none may be mounted: in CI, too, since no package gives the right. */
export const withoutSmallDisk: boolean = !canMount();

if (withoutSmallDisk) console.warn(`SKIPPED: tests on a full disk. ${missing}`);

/** `megabytes`: its size. */
export function mountSmallDisk(megabytes: number): SmallDisk {
  const path = mkdtempSync(join(tmpdir(), "causeway-disk-"));
  const { status, stderr } = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs", path]);
  if (status !== 0) {
    rmSync(path, { recursive: true });
    throw new Error(`${missing} mount says: ${stderr?.toString() ?? "there is no such program"}`);
  }
  const filler = join(path, "filler");
  return {
    path,
    fill() {
      const file = openSync(filler, "a");
      try {
        for (let length = 1024 ** 2; length >= 1; ) if (!tryToWrite(file, length)) length = Math.floor(length / 2);
      } finally {
        closeSync(file);
      }
    },
    makeRoom: () => rmSync(filler),
    [Symbol.dispose]() {
      spawnSync("umount", ["--lazy", path]);
      rmSync(path, { recursive: true, force: true });
    },
  };
}

function tryToWrite(file: number, length: number): boolean {
  try {
    return writeSync(file, Buffer.alloc(length)) === length;
  } catch {
    return false; // no room
  }
}

function canMount(): boolean {
  try {
    mountSmallDisk(1)[Symbol.dispose]();
    return true;
  } catch {
    return false;
  }
}
