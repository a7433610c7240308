/** What is needed of `fetch`. */
export type FetchLike = (
  url: string,
  init: { readonly signal: AbortSignal; readonly redirect: "error" },
) => Promise<{ readonly ok: boolean; json(): Promise<unknown> }>;

const defaultPort = "11434";
/** Somebody waits for the gateway to start, and a server on this machine answers in a few ms. */
const probeMs = 300;

/**
 * Whether an Ollama runs at this base URL. Asks only this machine itself, for at most 300 ms; whatever goes wrong means
 * no. Ollama names its version at /api/version ("Get version", docs.ollama.com/api).
 */
export async function probeOllama(fetch: FetchLike, baseUrl = `http://127.0.0.1:${defaultPort}`): Promise<boolean> {
  const host = URL.parse(baseUrl)?.hostname ?? "";
  if (!/^(127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(host)) return false;
  const signal = AbortSignal.timeout(probeMs);
  try {
    const answer = await fetch(`${baseUrl}/api/version`, { signal, redirect: "error" });
    const wire = answer.ok ? await answer.json() : undefined;
    return typeof wire === "object" && wire !== null && "version" in wire && typeof wire.version === "string";
  } catch {
    return false;
  }
}

/**
 * What OLLAMA_HOST means as a base URL, by the rules of Ollama itself: http unless it says otherwise, port 11434 unless
 * it says http:// or https:// and no port. "0.0.0.0" is where a server listens, not where one can be asked everywhere:
 * it becomes 127.0.0.1.
 */
export function ollamaBaseUrl(host: string): string {
  const text = host.trim();
  if (text === "") return `http://127.0.0.1:${defaultPort}`;
  const hasScheme = /^https?:\/\//i.test(text);
  const isBareIpv6 = !hasScheme && !text.startsWith("[") && (text.match(/:/g)?.length ?? 0) > 1;
  const authority = isBareIpv6 ? `[${text}]` : text.startsWith(":") ? `127.0.0.1${text}` : text;
  const url = URL.parse(hasScheme ? text : `http://${authority}`);
  if (url === null) return text; // resolveEndpoints says what is wrong with it
  if (!hasScheme && !/:\d+(\/|$)/.test(authority.replace(/^\[[^\]]*\]/, ""))) url.port = defaultPort;
  if (url.hostname === "0.0.0.0" || url.hostname === "[::]") url.hostname = "127.0.0.1";
  return url.href.replace(/\/$/, "");
}
