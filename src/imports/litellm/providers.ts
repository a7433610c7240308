import { noFields, type Wire } from "../../core/wire-values.ts";
import type { KnownProvider } from "../known-provider.ts";
import type { Deployment } from "./deployments.ts";
import type { LitellmFile } from "./source.ts";

export interface Providers {
  /** The entries of our configuration, by name. */
  readonly entries: Readonly<Record<string, Wire>>;
  /** What the deployment's provider is called. */
  nameOf(deployment: Deployment): string;
}

interface Pool {
  readonly deployments: Deployment[];
  /** Their keys, each once. */
  readonly keys: Set<string>;
}

/**
 * In LiteLLM each deployment has its own key; here a provider has keys, of which any may serve. Keys become those of one
 * provider only when they are used for the very same models in the very same way; so none is asked for what it was not
 * meant for.
 */
export function groupProviders(
  deployments: readonly Deployment[],
  known: readonly KnownProvider[],
  options: { readonly limits: boolean; readonly file: LitellmFile },
): Providers {
  const byKey = new Map<string, Deployment[]>();
  for (const deployment of deployments) append(byKey, keyId(deployment), deployment);
  const pools = new Map<string, Pool>();
  const poolOf = new Map<Deployment, Pool>();
  for (const sharing of byKey.values()) {
    const [first] = sharing;
    if (first === undefined) continue;
    const id = JSON.stringify([first.endpoint.id, first.key === undefined, sharing.map(useOf).sort()]);
    const pool = pools.get(id) ?? { deployments: [], keys: new Set() };
    pools.set(id, pool);
    pool.deployments.push(...sharing);
    if (first.key !== undefined) pool.keys.add(first.key);
    for (const deployment of sharing) poolOf.set(deployment, pool);
  }
  const names = namePools([...pools.values()], known);
  const entries = [...pools.values()].map((pool): [string, Wire] => {
    const name = names.get(pool) ?? "";
    return [name, entryOf(name, pool, options)];
  });
  return {
    entries: Object.fromEntries(entries),
    nameOf: (deployment) => names.get(poolOf.get(deployment) ?? { deployments: [], keys: new Set() }) ?? "",
  };
}

export function append<Key, Value>(lists: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}

const keyId = ({ endpoint, key }: Deployment): string => JSON.stringify([endpoint.id, key ?? null]);

/** Equal for deployments that differ in their key only. */
export const useOf = ({
  name,
  model,
  params,
  timeout,
  retries,
  enabled,
  order,
  weight,
  rpm,
  tpm,
}: Deployment): string => JSON.stringify([name, model, params, timeout, retries, enabled, order, weight, rpm, tpm]);

function namePools(pools: readonly Pool[], known: readonly KnownProvider[]): Map<Pool, string> {
  const names = new Map<Pool, string>();
  const taken = new Set<string>();
  for (const pool of pools) {
    const { name = "", settings = noFields } = pool.deployments[0]?.endpoint ?? {};
    // a name of a known provider would make this server one of its kind
    const isMistakable =
      settings.preset === undefined && known.some((one) => one.name === name || one.aliases?.includes(name));
    const base = isMistakable ? `${name}-server` : name;
    let free = base;
    for (let n = 2; taken.has(free) || (n > 2 && known.some((one) => one.name === free)); n += 1) free = `${base}-${n}`;
    taken.add(free);
    names.set(pool, free);
  }
  return names;
}

function entryOf(name: string, pool: Pool, options: { readonly limits: boolean; readonly file: LitellmFile }): Wire {
  const { preset, ...settings } = pool.deployments[0]?.endpoint.settings ?? noFields;
  const keys = [...pool.keys].map((key) => keyEntry(key, pool, options));
  return {
    ...(preset !== undefined && preset !== name && { preset }),
    ...settings,
    ...(keys.length > 0 && { keys }),
  };
}

/** A deployment's limits are its key's only when the key serves nothing else. */
function keyEntry(
  key: string,
  pool: Pool,
  { limits, file }: { readonly limits: boolean; readonly file: LitellmFile },
): unknown {
  const users = pool.deployments.filter((deployment) => deployment.key === key);
  const [only, second] = users;
  if (only === undefined) return key;
  if (second !== undefined) {
    for (const { path, concurrency } of users) {
      if (concurrency === undefined) continue;
      file.note(
        path,
        "left",
        "max_parallel_requests: its key serves other models, too; here it is the key's 'concurrency'",
      );
    }
    return key;
  }
  const bounds = {
    ...(isLimit(only.concurrency) && { concurrency: only.concurrency }),
    ...(limits && isLimit(only.rpm) && { rpm: only.rpm }),
    ...(limits && isLimit(only.tpm) && { tpm: only.tpm }),
  };
  return Object.keys(bounds).length === 0 ? key : { key, ...bounds };
}

const isLimit = (limit: number | undefined): boolean => limit !== undefined && Number.isSafeInteger(limit) && limit > 0;
