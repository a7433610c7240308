import { isIP, isIPv6 } from "node:net";

export interface ListenAddress {
  /** undefined: every interface, as Node has it. */
  readonly host: string | undefined;
  /** 0: any that is free. */
  readonly port: number;
}

/** "127.0.0.1:4000", "[::1]:4000", "localhost:4000", or ":4000" for every interface. undefined for anything else. */
export function parseListen(text: string): ListenAddress | undefined {
  const match = /^(\[[^\]]*\]|[^:[\]]*):(\d+)$/.exec(text.trim());
  const port = parsePort(match?.[2] ?? "");
  if (match === null || port === undefined) return undefined;
  if (match[1] === "") return { host: undefined, port };
  const host = parseHost(match[1] ?? "");
  return host === undefined ? undefined : { host, port };
}

/** A name or an address; IPv6 with or without brackets. undefined for anything else. */
export function parseHost(text: string): string | undefined {
  const bare = text.trim().replace(/^\[(.*)\]$/, "$1");
  if (isIP(bare) !== 0) return bare;
  if (/^[\d.]+$/.test(bare)) return undefined; // an address with a slip in it
  return /^[a-z\d]([a-z\d.-]*[a-z\d])?$/i.test(bare) ? bare : undefined;
}

/** 0 to 65535. */
export function parsePort(text: string): number | undefined {
  const port = /^\d{1,5}$/.test(text.trim()) ? Number(text) : Number.NaN;
  return port <= 65535 ? port : undefined;
}

/** Whether only this machine can connect there. */
export function isLoopback(host: string | undefined): boolean {
  if (host === undefined) return false;
  if (isIPv6(host)) return /^(0*:)*:?0*1$/.test(host) || /^::ffff:127\./i.test(host);
  return host.toLowerCase() === "localhost" || (isIP(host) === 4 && host.startsWith("127."));
}

/** Whether a request to this URL would come in at this address of this machine. */
export function leadsTo(url: URL, { host, port }: ListenAddress): boolean {
  const asked = url.hostname.replace(/^\[(.*)\]$/, "$1");
  const askedPort = Number(url.port || (url.protocol === "https:" ? 443 : 80));
  return askedPort === port && (asked === host || isLoopback(asked));
}

/** "127.0.0.1:4000", "[::1]:4000", "*:4000". */
export function showListen({ host = "*", port }: ListenAddress): string {
  return `${isIPv6(host) ? `[${host}]` : host}:${port}`;
}

/** An address to reach it by from this machine: "http://127.0.0.1:4000". */
export function localUrl({ host, port }: ListenAddress, secure: boolean): string {
  const reachable = host === undefined || host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
  return `${secure ? "https" : "http"}://${showListen({ host: reachable, port })}`;
}
