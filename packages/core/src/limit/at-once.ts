import type { Hold } from '../spec/call-amounts.ts';
import type { LimitRule } from '../spec/limit.ts';
import { type CapacityProfile, createProfile, nextAbove } from './capacity-profile.ts';
import type { Admission } from './claim.ts';
import { describeLimit } from './describe-limit.ts';

/** How many calls may be under way at once, and how many are. */
export interface AtOnce {
  limit: string;
  capacity: number;
  readonly profile: CapacityProfile | undefined;
  hold: Hold;
  running: number;
  /** What was last said of why it is full: of a large team most models are, and are asked again and again. */
  said?: Full;
}

/** Why no further call may be under way, as long as as many are and as many may be. */
export interface Full {
  readonly running: number;
  readonly most: number;
  readonly model: string;
  readonly refusal: Extract<Admission, { kind: 'wait' }>;
}

/** Makes a limit of `owner` on calls at once. */
export function createAtOnce(
  owner: string,
  rule: Pick<LimitRule, 'capacity' | 'schedule'>,
): AtOnce {
  const { capacity, schedule } = rule;
  const limit = labelOf(owner, rule);
  return {
    limit,
    capacity,
    profile: schedule && createProfile(capacity, schedule, (amount) => amount),
    hold: { limit, amount: 1 },
    running: 0,
  };
}

/** Changes how many calls may be under way from now on; those above it go on. For a limit without hours. */
export function setPlaces(places: AtOnce, owner: string, capacity: number): void {
  const limit = labelOf(owner, { capacity });
  places.limit = limit;
  places.capacity = capacity;
  places.hold = { limit, amount: 1 };
  delete places.said;
}

function labelOf(owner: string, rule: Pick<LimitRule, 'capacity' | 'schedule'>): string {
  return `${owner}: ${describeLimit({ metric: 'concurrency', ...rule })}`;
}

/** How many may be under way at `at`. */
export function placesAt({ capacity, profile }: AtOnce, at: number): number {
  return profile === undefined ? capacity : profile.capacityAt(at);
}

/** When the clock alone makes a place free; `undefined` when only the end of a call does. */
export function nextPlaceAt({ profile, running }: AtOnce, now: number): number | undefined {
  if (profile === undefined || profile.most <= running) return undefined;
  return nextAbove(profile, running, now);
}
