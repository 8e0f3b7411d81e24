import type { CallEstimate, Hold } from '../spec/call-amounts.ts';
import type { GaugeRule, LimitRule } from '../spec/limit.ts';
import type { RateLimit } from '../spec/model.ts';
import { placeRefusal, refusalOf } from './admit.ts';
import type { Admission, Claim } from './claim.ts';
import { Gauges } from './gauges.ts';
import { holdsOf } from './holds-of.ts';
import { type JointShare, jointRefusal, jointShares } from './joint-admission.ts';
import { firstWithRoom, type KeyGuard, KeyTurns } from './key-turns.ts';
import type { LearnedTerms } from './learned-terms.ts';
import { Ledger, type PastUse } from './ledger.ts';
import { LimitCopies } from './limit-copies.ts';
import { createLimitSet, type LimitSet, NO_LIMITS, setConcurrency } from './limit-set.ts';
import { type LimitUse, useOf } from './limit-use.ts';
import { isSameMeter } from './meter.ts';
import { ProviderLimits } from './provider-limits.ts';
import type { SharedLimits } from './shared-limits.ts';

export type { Admission, Claim } from './claim.ts';
export type { LimitUse } from './limit-use.ts';

/** For whom a call is made, and with which of several keys. */
type Party = Partial<Pick<Claim, 'payer' | 'keyName'>>;

/**
 * All limits that a model's calls count in: its own, and those it shares. A call is admitted by all of them or by none,
 * charged when it starts, and settled at its original time when it ends; where the model has several keys, it goes out with
 * the first in turn that has room. Does no I/O and knows no clock: times are epoch ms.
 */
export class ModelLimits {
  readonly #name: string;
  #own: LimitSet;
  readonly #shared: SharedLimits | undefined;
  #learned: LearnedTerms | undefined;
  /** For a copy: those of each owner's limits, and of the book. */
  readonly #copies: LimitCopies | undefined;
  readonly #ledger: Ledger;
  readonly #gauges: Gauges;
  readonly #provider: ProviderLimits = new ProviderLimits();
  readonly #keys: KeyTurns = new KeyTurns();
  #guard: KeyGuard | undefined;
  #alone: readonly LimitSet[];
  /** What a call counted in that was asked for last, since most count in the same. */
  #latest: { readonly shared: readonly LimitSet[]; readonly all: readonly LimitSet[] };
  #running = 0;

  /** `rules` are normalised; the least of `concurrency`, the rules about it and what was learned of it counts. `original`: see `clone`. */
  constructor(
    name: string,
    rules: readonly (LimitRule | GaugeRule)[],
    concurrency: number,
    learned?: LearnedTerms,
    shared?: SharedLimits,
    original?: { readonly limits: ModelLimits; readonly copies: LimitCopies },
  ) {
    this.#name = name;
    this.#learned = learned;
    this.#shared = shared;
    this.#copies = original?.copies;
    this.#gauges =
      original === undefined ? (shared?.gauges ?? new Gauges()) : original.limits.#gauges;
    if (original === undefined) {
      const joint = shared?.jointOf('model', `model ${name}`, rules) ?? [];
      this.#own = createLimitSet(name, rules, this.#gauges, { concurrency, joint });
      this.#ledger = shared?.ledger ?? new Ledger();
      this.#ledger.add(this.#own);
    } else {
      this.#own = original.copies.of(original.limits.#own);
      this.#ledger = original.copies.ledgerOf(original.limits.#ledger);
    }
    this.#alone = [this.#own];
    this.#latest = { shared: [], all: this.#alone };
  }

  /** How many calls are under way. */
  get running(): number {
    return this.#running;
  }

  /** Changes how many calls at once `concurrency` allows; calls above it go on. */
  setConcurrency(concurrency: number): void {
    setConcurrency(this.#own, concurrency);
  }

  /** Takes these keys, by name, for those that its calls can go out with. None: it has one, and nobody asks which. */
  setKeys(names: readonly string[]): void {
    this.#keys.set(names);
  }

  /** Passes over keys that `guard` says are left alone. */
  heed(guard: KeyGuard): void {
    this.#guard = guard;
  }

  /** Charges fresh limits with calls of the past, which what is shared knows already. */
  remember(past: readonly PastUse[]): void {
    this.#ledger.replace(NO_LIMITS, this.#own, this.#name, past);
  }

  /**
   * Puts other limits of its own in the place of these. Those that stay the same keep all that was charged; new ones begin with the
   * calls of the past, and with those under way.
   */
  change(
    rules: readonly (LimitRule | GaugeRule)[],
    concurrency: number,
    learned: LearnedTerms | undefined,
    past: readonly PastUse[],
  ): void {
    const made = createLimitSet(this.#name, rules, this.#gauges, { concurrency });
    const before = this.#own;
    const left = [...before.meters];
    const meters = made.meters.map((meter) => {
      const at = left.findIndex((one) => isSameMeter(one, meter));
      return at < 0 ? meter : (left.splice(at, 1)[0] ?? meter);
    });
    this.#own = { ...made, meters };
    this.#learned = learned;
    this.#ledger.replace(before, this.#own, this.#name, past);
    this.#alone = [this.#own];
    this.#latest = { shared: [], all: this.#alone };
  }

  /**
   * Whether a call may start at `now`, and if not, when. Changes nothing. `calls` asks for room for as many calls,
   * because who begins something that takes several should not run dry in the middle.
   */
  admit(now: number, claim: Claim, calls = 1): Admission {
    const { names } = this.#keys;
    if (names.length === 0 || claim.keyName !== undefined) return this.#admit(now, claim, calls);
    return firstWithRoom(
      names,
      (keyName) =>
        this.#guard?.keyWait(this.#name, keyName, now) ??
        this.#learned?.keyWait?.(keyName, now) ??
        this.#admit(now, { ...claim, keyName }, calls),
    );
  }

  /** The same claim with the key with which such a call would start at `now`. */
  withKey(now: number, claim: Claim): Claim {
    if (this.#keys.names.length === 0) return claim;
    const admission = this.admit(now, claim);
    return admission.kind === 'run' ? { ...claim, ...keyIn(admission) } : claim;
  }

  #admit(now: number, claim: Claim, calls: number): Admission {
    const sets = this.#setsFor(claim);
    const input = {
      model: this.#name,
      sets,
      provider: this.#providerOf(claim),
      gauges: this.#gauges,
      atOnce: this.#learned?.atOnce ?? Number.POSITIVE_INFINITY,
      claim,
      calls,
    };
    const refusal = refusalOf(input, now);
    if (this.#shared?.hasJoint === true) {
      const joint = jointRefusal(sets, now);
      const isLater = (joint?.untilAt ?? 0) > ((refusal?.kind === 'wait' && refusal.untilAt) || 0);
      if (joint !== undefined && (refusal === undefined || (refusal.kind === 'wait' && isLater))) {
        return joint;
      }
    }
    if (refusal !== undefined) return refusal;
    const holds = holdsOf(sets, this.#name, claim, now);
    const { keyName } = claim;
    return keyName === undefined ? { kind: 'run', holds } : { kind: 'run', holds, keyName };
  }

  /**
   * The same where it does not matter what the call would use, and without what it would set aside: places at once are all
   * that holds it back. `undefined` where limits count more than that, so that `admit` must be asked.
   */
  quickly(now: number): Admission | undefined {
    if (this.#shared?.isPlain === false || this.#keys.names.length > 0) return undefined;
    if (!this.#provider.isSilent) return undefined;
    const { meters, gauges } = this.#own;
    if (meters.length > 0 || gauges.length > 0) return undefined;
    const learned = this.#learned?.atOnce ?? Number.POSITIVE_INFINITY;
    return placeRefusal(this.#alone, { model: this.#name, atOnce: learned }, now) ?? FREE;
  }

  /**
   * Charges a call that was admitted. Never refuses, so that state can be rebuilt from a record; a call that is open
   * already is not charged again. `holds` are those that were recorded.
   */
  start(call: string, at: number, claim: Claim, holds?: readonly Hold[]): void {
    if (!this.#ledger.start(call, at, this.#name, this.#setsFor(claim), claim, holds)) return;
    this.#running += 1;
    this.#providerOf(claim).start(at, claim.estimate);
    if (claim.keyName !== undefined) this.#keys.start(claim.keyName);
    if (this.#copies === undefined) this.#shared?.sweep(at);
  }

  /** Replaces what an open call reserved by what it used, at the time it started; does nothing for any other call. `at` is when it ended. */
  settle(call: string, actual: CallEstimate, at?: number): void {
    if (this.#ledger.end(call, actual, at)) this.#running -= 1;
  }

  /** Gives back all that an open call reserved, because the provider refused it and nothing was used; `tooMuch` when that was its reason. */
  release(call: string, tooMuch = false): void {
    if (this.#ledger.end(call, undefined, undefined, tooMuch)) this.#running -= 1;
  }

  /** Gives back all that an open call reserved, because it was not sent; the provider knows nothing of it. */
  withhold(call: string, at: number, use: CallEstimate, key: Party = {}): void {
    if (!this.#ledger.end(call, undefined)) return;
    this.#running -= 1;
    this.#providerOf(key).takeBack(at, use);
  }

  /** The limits that a call counts in and that are kept together with other processes; those of all keys where nobody says of which it is. */
  jointOf(party: Party): readonly JointShare[] {
    if (this.#shared?.hasJoint !== true) return [];
    const { names } = this.#keys;
    const parties =
      party.keyName !== undefined || names.length === 0
        ? [party]
        : names.map((keyName) => ({ ...party, keyName }));
    return jointShares(
      parties.flatMap((one) => this.#setsFor(one)),
      this.#name,
    );
  }

  /** Whether all windows that a call counts in are kept together with other processes. */
  isAllJoint(party: Party): boolean {
    return this.#setsFor(party).every(
      ({ meters, joint }) => meters.length === 0 || joint.length > 0,
    );
  }

  /**
   * Takes note of a provider's headers, written at `since`; they make calls wait and never let more through than the limits do. Of
   * several keys they are about the one that the call went out with.
   */
  learn(now: number, rate: RateLimit, since: number = now, key: Party = {}): void {
    this.#providerOf(key).learn(now, rate, since);
  }

  /**
   * The same limits with the same calls under way, to try out what would become of them. What is shared is copied as it
   * stands, once for all models that are copied with the same `copies`: a call of one then counts for the others too.
   */
  clone(copies: LimitCopies = new LimitCopies()): ModelLimits {
    const original = { limits: this, copies };
    const copy = new ModelLimits(this.#name, [], 0, this.#learned, this.#shared, original);
    copy.#provider.copyFrom(this.#provider);
    copy.#keys.copyFrom(this.#keys);
    copy.#guard = this.#guard;
    copy.#running = this.#running;
    // Copied now, as they may have changed when they are first asked.
    const { names } = this.#keys;
    if (names.length === 0) copy.#setsFor({});
    for (const keyName of names) copy.#setsFor({ keyName });
    return copy;
  }

  /** How every limit of its own stands at `now`, in the order given, concurrency last. */
  use(now: number): readonly LimitUse[] {
    return useOf(this.#own, this.#ledger.held(now), this.#gauges, now);
  }

  /**
   * The clock was set back to `now`, by hand or at boot: what was charged at times still to come counts for one window
   * from now, so that nobody waits until the old times come round. Reaches all that is shared.
   */
  setBack(now: number): void {
    this.#ledger.setBack(now);
    this.#provider.clear();
    this.#keys.clear();
  }

  /** The book in which its calls stand, which models with limits in common share. */
  get ledger(): Ledger {
    return this.#ledger;
  }

  #providerOf({ keyName }: Party): ProviderLimits {
    return keyName === undefined ? this.#provider : this.#keys.providerOf(keyName);
  }

  #setsFor({ payer, keyName }: Party): readonly LimitSet[] {
    if (this.#shared === undefined) return this.#alone;
    const shared = this.#shared.setsOf(this.#name, payer, keyName);
    if (shared === this.#latest.shared) return this.#latest.all;
    const all = [this.#own, ...shared.map((set) => this.#copies?.of(set) ?? set)];
    this.#latest = { shared, all };
    return all;
  }
}

function keyIn({ keyName }: Party): Party {
  return keyName === undefined ? {} : { keyName };
}

/** A call may start, and nobody asks what it sets aside. */
const FREE: Admission = { kind: 'run', holds: [] };
