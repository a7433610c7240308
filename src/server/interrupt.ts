/**
 * How long a handler may go on after its signal aborted, in milliseconds. One that minds the signal ends sooner, and in
 * its own words; one that does not must not keep its caller.
 */
const patienceMs = 250;

/** Calls `cut` when `signal` aborted and `patienceMs` went by. Returns what calls that off. */
function afterAbort(signal: AbortSignal, cut: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  const start = (): void => {
    timer = setTimeout(cut, patienceMs);
  };
  if (signal.aborted) start();
  else signal.addEventListener("abort", start, { once: true });
  return () => {
    signal.removeEventListener("abort", start);
    clearTimeout(timer);
  };
}

/** `work`, or the signal's reason as a rejection when that aborted and the work does not end. */
export function interrupted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const settled = afterAbort(signal, () => reject(signal.reason));
    work.then(resolve, reject).finally(settled);
  });
}

/**
 * What `source` yields, until the signal aborted and the source does not end: then the signal's reason is thrown and the
 * source is told to return, also when nobody is pulling (its reader is a slow client). A source that ends as if it were
 * done because of the abort is not done: the reason is thrown. All that is thrown goes through `fail`.
 */
export async function* interruptible<T>(
  source: AsyncIterable<T>,
  signal: AbortSignal,
  fail: (thrown: unknown) => Error,
): AsyncGenerator<T, void, undefined> {
  const items = source[Symbol.asyncIterator]();
  let cut: ((reason: unknown) => void) | undefined;
  const settled = afterAbort(signal, () => {
    cut?.(signal.reason);
    end(items);
  });
  try {
    for (;;) {
      const item = await new Promise<IteratorResult<T>>((resolve, reject) => {
        cut = reject;
        items.next().then(resolve, reject);
      });
      if (item.done === true) break;
      yield item.value;
    }
    signal.throwIfAborted();
  } catch (thrown) {
    throw fail(thrown);
  } finally {
    settled();
    end(items);
  }
}

/** Its finally blocks run: now when it waits at a yield, else when what it awaits is there. */
function end(items: AsyncIterator<unknown>): void {
  items.return?.().catch(() => {}); // whoever wanted the items has its error already
}
