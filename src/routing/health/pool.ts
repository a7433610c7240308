import type { ProviderSpec, RotationSettings } from "../../core/routing.ts";
import { CredentialState, credentialId, nobodys, nobodysId } from "./credentials.ts";
import { QuotaGroups } from "./quota-groups.ts";
import type { Pick, PickWishes, SkippedCredential } from "./types.ts";
import { column } from "./windows.ts";

/** A warm prompt cache is worth a queue, but no long one: so many more requests at a time than the least busy one, and twice as many. */
const busierBy = 8;
const busierTimes = 2;

const none: readonly SkippedCredential[] = [];

interface Tier {
  readonly credentials: readonly CredentialState[];
  /** How far the weighted use of those that are chosen among may lie apart. */
  readonly tolerance: number;
}

/**
 * The credentials of one provider.
 *
 * Balanced rotation compares levels: the requests of the rotation window, divided by the weight. A tolerance of n is n
 * requests to the heaviest of the tier, so that it does not depend on the scale of the weights. What others served while
 * a credential could not (it cooled, was locked, busy, switched off, or not there yet) it does not make up for: when it
 * can serve again, it starts no lower than the least used one in service, bucket by bucket, so that their past falls out
 * of the window together. Where none was in service, the most used one is the measure.
 */
export class Pool {
  /** As configured. */
  readonly credentials: readonly CredentialState[];
  readonly #tiers: readonly Tier[];
  readonly #rotation: RotationSettings;
  readonly #now: () => number;
  readonly #random: () => number;

  /** `known`: states of credentials that stay, by id. */
  constructor(
    provider: string,
    spec: ProviderSpec,
    known: ReadonlyMap<string, CredentialState>,
    deps: { readonly now: () => number; readonly random: () => number },
  ) {
    const { rotation } = spec;
    const groups = new QuotaGroups(spec.quotaGroups);
    const byId = new Map<string, CredentialState>();
    for (const one of spec.credentials.length === 0 ? [nobodys] : spec.credentials) {
      const id = one === nobodys ? nobodysId(provider) : credentialId(provider, one.secret);
      if (byId.has(id)) continue; // a secret that is given twice is one credential to the provider
      const state = known.get(id) ?? new CredentialState(provider, one, rotation, groups, deps.now);
      state.configure(one, rotation, groups);
      byId.set(id, state);
    }
    this.credentials = [...byId.values()];
    this.#tiers = tiersOf(this.credentials, rotation);
    this.#rotation = rotation;
    this.#now = deps.now;
    this.#random = deps.random;
  }

  pick(model: string, { prefer, without, only }: PickWishes): Pick {
    const now = this.#now();
    if (only !== undefined) return this.#pickOnly(only, model, without, now);
    let skipped: SkippedCredential[] | undefined;
    for (const tier of this.#tiers) {
      let able: CredentialState | undefined;
      for (const credential of tier.credentials) {
        const obstacle = credential.obstacle(model, without, now);
        credential.able = obstacle === undefined;
        if (obstacle === undefined) {
          able ??= credential;
          continue;
        }
        if (obstacle.why !== "failed") credential.setBehind(true);
        skipped ??= [];
        skipped.push(obstacle);
      }
      if (able !== undefined) {
        const isBalanced = this.#rotation.mode === "balanced" && tier.credentials.length > 1;
        if (isBalanced) catchUp(tier.credentials, now);
        const chosen = this.#preferred(tier, prefer) ?? (isBalanced ? this.#balanced(tier, now) : able);
        return { held: (chosen ?? able).hold(model, now), skipped: skipped ?? none };
      }
    }
    return { held: undefined, skipped: skipped ?? none };
  }

  find(name: string): CredentialState | undefined {
    return this.credentials.find(({ spec }) => spec.name === name);
  }

  #pickOnly(name: string, model: string, without: ReadonlySet<string> | undefined, now: number): Pick {
    const credential = this.find(name);
    if (credential === undefined) return { held: undefined, skipped: none };
    const obstacle = credential.obstacle(model, without, now);
    return obstacle === undefined
      ? { held: credential.hold(model, now), skipped: none }
      : { held: undefined, skipped: [obstacle] };
  }

  #preferred({ credentials }: Tier, id: string | undefined): CredentialState | undefined {
    if (id === undefined) return undefined;
    let preferred: CredentialState | undefined;
    let leastBusy = Number.POSITIVE_INFINITY;
    for (const credential of credentials) {
      if (!credential.able) continue;
      if (credential.id === id) preferred = credential;
      leastBusy = Math.min(leastBusy, credential.inFlight);
    }
    if (preferred === undefined) return undefined;
    const isOverloaded = preferred.inFlight > leastBusy + busierBy && preferred.inFlight > leastBusy * busierTimes;
    return isOverloaded ? undefined : preferred;
  }

  #balanced({ credentials, tolerance }: Tier, now: number): CredentialState | undefined {
    let least = Number.POSITIVE_INFINITY;
    for (const credential of credentials) if (credential.able) least = Math.min(least, levelOf(credential, now));
    const most = least + tolerance;
    let eligible = 0;
    for (const credential of credentials) if (credential.able && levelOf(credential, now) <= most) eligible += 1;
    let skip = eligible > 1 ? Math.floor(this.#random() * eligible) : 0;
    for (const credential of credentials) {
      if (!credential.able || levelOf(credential, now) > most) continue;
      if (skip === 0) return credential;
      skip -= 1;
    }
    return undefined;
  }
}

const levelOf = ({ window, spec }: CredentialState, now: number): number =>
  window.total(column.level, now) / spec.weight;

/** Those that can serve again start no lower than the least used one in service, or, if none is, than the most used one. */
function catchUp(credentials: readonly CredentialState[], now: number): void {
  if (!credentials.some(({ able, behind }) => able && behind)) return;
  const byLevel = credentials.toSorted((one, other) => levelOf(one, now) - levelOf(other, now));
  const measure = byLevel.find(({ behind }) => !behind) ?? byLevel.at(-1);
  if (measure === undefined) return;
  for (const credential of credentials) {
    if (!credential.able || !credential.behind) continue;
    credential.setBehind(false);
    if (levelOf(credential, now) >= levelOf(measure, now)) continue;
    credential.window.copy(column.level, measure.window, credential.spec.weight / measure.spec.weight, now);
  }
}

function tiersOf(credentials: readonly CredentialState[], { tolerance }: RotationSettings): Tier[] {
  const byTier = Map.groupBy(credentials, ({ spec }) => spec.tier);
  return [...byTier]
    .sort(([a], [b]) => a - b)
    .map(([, members]) => ({
      credentials: members,
      tolerance: tolerance / Math.max(...members.map(({ spec }) => spec.weight)),
    }));
}
