import type { OverseerEvent } from '../spec/event.ts';
import type { ModelEvent } from '../spec/model.ts';
import type { FlightAnswer } from './storable.ts';
import { answerOf } from './storable.ts';

/** One call in flight under a key, and who waits for its answer. */
interface Flight {
  readonly key: string;
  readonly call: string;
  /** `flying` until the call ends; an answer is of use to others, or `landed` without one, or it `failed`. */
  state: 'flying' | 'landed' | 'failed';
  answer: FlightAnswer | undefined;
  /** What its model has said so far, for those who come later. */
  readonly said: ModelEvent[];
  /** By attempt. */
  readonly followers: Map<string, (event: ModelEvent) => void>;
}

/** How an attempt that followed a flight goes on. */
export type FollowState =
  /** The call is still under way. */
  | { readonly kind: 'flying' }
  | { readonly kind: 'answer'; readonly call: string; readonly answer: FlightAnswer }
  /** The call gave an answer that is of no use to others, such as a tool call: make your own. */
  | { readonly kind: 'alone' }
  /** The call failed or was not sent, or its attempt was ended: whoever asks first makes it for all. */
  | { readonly kind: 'open' };

/** Attempts that wait for one call; the others make their own. */
const FOLLOWERS = 256;
/** Events kept of a call for those who come later; what comes after is shown to those who are there. */
const SAID = 2_048;

/**
 * Equal calls in flight, so that others wait for the first instead of making their own: a fold of events. It gives the
 * answer of a call to those who followed it while it was under way, and to nobody after. When the call fails, it has no
 * leader until the next one begins, which all who still wait then follow.
 */
export class SingleFlight {
  /** The call under way, by key. */
  readonly #byKey = new Map<string, Flight>();
  readonly #byLeader = new Map<string, Flight>();
  readonly #byFollower = new Map<string, Flight>();

  /** Takes one event into account. */
  take(event: OverseerEvent): void {
    const { attempt } = event;
    if (attempt === undefined) return;
    switch (event.type) {
      case 'call.started':
        // What is asked of a second model beside it leads nobody.
        if (event.data.hedge === undefined) {
          this.#begin(attempt, event.call ?? '', event.data.key);
        }
        return;
      case 'call.finished':
        if (this.#isLeading(attempt, event.call)) {
          this.#end(attempt, 'landed', answerOf(event.data));
        }
        return;
      case 'call.failed':
      case 'call.withheld':
        if (this.#isLeading(attempt, event.call)) this.#end(attempt, 'failed', undefined);
        return;
      case 'call.cached':
      case 'task.done':
      case 'attempt.ended':
        this.leave(attempt);
        return;
      default:
    }
  }

  /** Calls under way that others may follow. */
  get size(): number {
    return this.#byKey.size;
  }

  /**
   * Lets an attempt wait for the call that is under way under this key; `false` when there is none, or when too many
   * wait for it. `show` is given what the model has said so far, then what it says.
   */
  follow(key: string, attempt: string, show: (event: ModelEvent) => void): boolean {
    const flight = this.#byKey.get(key);
    if (flight === undefined || flight.followers.size >= FOLLOWERS) return false;
    this.leave(attempt);
    flight.followers.set(attempt, show);
    this.#byFollower.set(attempt, flight);
    for (const event of flight.said) show(event);
    return true;
  }

  /** Whether somebody could follow a call under this key now. */
  isFlying(key: string): boolean {
    const flight = this.#byKey.get(key);
    return flight !== undefined && flight.followers.size < FOLLOWERS;
  }

  /** How an attempt that followed goes on; `undefined` for one that follows nobody. */
  stateFor(attempt: string): FollowState | undefined {
    const flight = this.#byFollower.get(attempt);
    if (flight === undefined) return undefined;
    const { state, answer, call } = flight;
    if (state === 'flying') return { kind: 'flying' };
    if (state === 'failed') return { kind: 'open' };
    return answer === undefined ? { kind: 'alone' } : { kind: 'answer', call, answer };
  }

  /** The model of a call said something: those who follow are shown it too. `show` must not throw. */
  say(attempt: string, event: ModelEvent): void {
    const flight = this.#byLeader.get(attempt);
    if (flight === undefined) return;
    if (flight.said.length < SAID) flight.said.push(event);
    for (const show of flight.followers.values()) show(event);
  }

  /** An attempt leads and follows no more; those who followed it are left without a leader. */
  leave(attempt: string): void {
    if (this.#byLeader.has(attempt)) this.#end(attempt, 'failed', undefined);
    const flight = this.#byFollower.get(attempt);
    if (flight === undefined) return;
    this.#byFollower.delete(attempt);
    flight.followers.delete(attempt);
  }

  #isLeading(attempt: string, call: string | undefined): boolean {
    return this.#byLeader.get(attempt)?.call === call;
  }

  #begin(attempt: string, call: string, key: string | undefined): void {
    this.leave(attempt);
    // Who makes a call beside one under way, as too many wait for it, leads nobody.
    if (key === undefined || this.#byKey.has(key)) return;
    const flight: Flight = {
      key,
      call,
      state: 'flying',
      answer: undefined,
      said: [],
      followers: new Map(),
    };
    this.#byKey.set(key, flight);
    this.#byLeader.set(attempt, flight);
  }

  #end(attempt: string, state: 'landed' | 'failed', answer: FlightAnswer | undefined): void {
    const flight = this.#byLeader.get(attempt);
    if (flight === undefined) return;
    this.#byLeader.delete(attempt);
    this.#byKey.delete(flight.key);
    flight.state = state;
    flight.answer = answer;
    flight.said.length = 0;
  }
}
