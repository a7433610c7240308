import { type FSWatcher, watch } from "node:fs";
import { realpath } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { setImmediate as turn } from "node:timers/promises";

export interface FileWatcher {
  start(): void;
  close(): void;
}

export interface FileWatcherOptions {
  /** Absolute; they need not exist. */
  readonly paths: readonly string[];
  /** Called after something happened to one of the files, and then nothing for this long. */
  readonly quietMs: number;
  /**
   * `isTorn`, asked after the files have been read: whether something happened to them in the meantime, so that what was
   * read may be half of what is being written. Then `onQuiet` is called again.
   */
  readonly onQuiet: (isTorn: () => Promise<boolean>) => Promise<void>;
  /** A folder cannot be watched, or `onQuiet` has failed. */
  readonly onError: (error: unknown) => void;
}

/**
 * Watches files by their folders: so it also sees an editor that puts a new file in the old one's place, and the
 * symbolic link "..data" by which Kubernetes swaps all files of a config map at once. Folders that symbolic links lead to
 * are watched too. `onQuiet` is also called once after the start; it has to find out itself whether anything is different.
 */
export function createFileWatcher({ paths, quietMs, onQuiet, onError }: FileWatcherOptions): FileWatcher {
  const watchers = new Map<string, FSWatcher>();
  let names = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let running = false;
  let happened = 0;

  function schedule(): void {
    if (!running) return;
    happened += 1;
    clearTimeout(timer);
    timer = setTimeout(() => void settle(), quietMs);
  }

  async function settle(): Promise<void> {
    const before = happened;
    try {
      await watchFolders(); // again, since links may lead elsewhere now; and before the files are read
      if (!running) return;
      await onQuiet(async () => {
        await turn(); // what happened before the read has been reported after it
        return !running || happened !== before;
      });
    } catch (error) {
      onError(error);
    }
  }

  async function watchFolders(): Promise<void> {
    const real = await Promise.all(paths.map((path) => realpath(path).catch(() => path)));
    if (!running) return;
    const all = [...paths, ...real];
    names = new Set(all.map((path) => basename(path)));
    const folders = new Set(all.map((path) => dirname(path)));
    for (const [folder, watcher] of watchers) if (!folders.has(folder)) unwatch(folder, watcher);
    for (const folder of folders) if (!watchers.has(folder)) watchFolder(folder);
  }

  function watchFolder(folder: string): void {
    try {
      const watcher = watch(folder, { persistent: false }, (_event, name) => {
        // The ledger may be in the same folder, and writes all the time.
        if (name === null || names.has(name) || name.startsWith("..")) schedule();
      });
      watchers.set(folder, watcher);
      watcher.on("error", (error) => {
        unwatch(folder, watcher);
        onError(error);
      });
    } catch (error) {
      onError(error);
    }
  }

  function unwatch(folder: string, watcher: FSWatcher): void {
    watcher.close();
    watchers.delete(folder);
  }

  return {
    start() {
      running = true;
      void watchFolders().then(schedule, onError);
    },
    close() {
      running = false;
      clearTimeout(timer);
      for (const [folder, watcher] of watchers) unwatch(folder, watcher);
    },
  };
}
