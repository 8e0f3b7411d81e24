import { RecentMap } from '../internal/recent-map.ts';
import type { Admission } from './claim.ts';
import { ProviderLimits } from './provider-limits.ts';

type Wait = Extract<Admission, { kind: 'wait' }>;

/** Keys, those that were taken away among them, of which is remembered what their provider said. */
const MOST_KEYS = 1_000;

/** Knows which keys of a model are left alone after refusals and failures. */
export interface KeyGuard {
  /** Why a key may not be used at `now`; `undefined` when it may, as the probe where one is due. */
  keyWait(model: string, keyName: string, now: number): Wait | undefined;
}

/** The keys of one model, by name: whose turn it is, and what the provider says that each has left. Times are epoch ms. */
export class KeyTurns {
  #names: readonly string[] = [];
  #providers = new RecentMap<ProviderLimits>(MOST_KEYS);

  /** All names, the key that was used the longest ago first. */
  get names(): readonly string[] {
    return this.#names;
  }

  /** Takes these keys for those that there are; the turns of those that stay do not change, and a new one is next. */
  set(names: readonly string[]): void {
    const fresh = names.filter((name) => !this.#names.includes(name));
    this.#names = [...fresh, ...this.#names.filter((name) => names.includes(name))];
  }

  /** A call starts with a key, whose turn comes again after all others. */
  start(keyName: string): void {
    const others = this.#names.filter((name) => name !== keyName);
    if (others.length < this.#names.length) this.#names = [...others, keyName];
  }

  /** What the provider says of a key. */
  providerOf(keyName: string): ProviderLimits {
    const known = this.#providers.get(keyName) ?? new ProviderLimits();
    this.#providers.set(keyName, known);
    return known;
  }

  /** Forgets what was said of all keys, because its times no longer mean anything. */
  clear(): void {
    this.#providers = new RecentMap<ProviderLimits>(MOST_KEYS);
  }

  /** Becomes the same as another one. */
  copyFrom(other: KeyTurns): void {
    this.#names = other.#names;
    for (const name of other.#names) {
      const said = other.#providers.get(name);
      if (said !== undefined) this.providerOf(name).copyFrom(said);
    }
  }
}

/**
 * The first key in turn with which a call may start. Where none may, the earliest of all waits; where one waits for the end of a call
 * and another for a moment, that moment, or sooner.
 */
export function firstWithRoom(
  names: readonly string[],
  admissionOf: (keyName: string) => Admission,
): Admission {
  const refused: Exclude<Admission, { kind: 'run' }>[] = [];
  for (const name of names) {
    const admission = admissionOf(name);
    if (admission.kind === 'run') return admission;
    refused.push(admission);
  }
  const waits = refused.filter((one): one is Wait => one.kind === 'wait');
  const [never] = refused;
  if (waits.length === 0) return never ?? { kind: 'never', why: 'it has no key' };
  const first = waits.reduce((one, other) => (timeOf(other) < timeOf(one) ? other : one));
  const soon = waits.find(({ untilAt, orSooner }) => untilAt === undefined || orSooner === true);
  const { why } = soon ?? first;
  const isSame = refused.every((one) => one.why === why);
  return {
    ...(soon ?? first),
    untilAt: first.untilAt,
    why: isSame ? why : `none of its ${names.length} keys has room: ${why}`,
    ...(soon !== undefined && first.untilAt !== undefined ? { orSooner: true } : {}),
  };
}

function timeOf({ untilAt }: Wait): number {
  return untilAt ?? Number.POSITIVE_INFINITY;
}
