import type { LetThrough } from '../attempt/let-through.ts';
import { cacheKey, scopeKey } from '../call/cache-key.ts';
import { type CachePart, type CacheSettings, keepsKind, scopeOf } from '../call/cache-options.ts';
import type { FlightAnswer } from '../call/storable.ts';
import type { EventDraft } from '../journal/draft.ts';
import type { RunState, TaskState } from '../journal/run-state.ts';
import type { OutsideNews } from '../limit/outside-breaker.ts';
import { titleOf } from '../plan/title-of.ts';
import type { Member } from '../route/member.ts';
import type { CachedAnswer } from '../spec/answer-store.ts';
import type { EventData } from '../spec/event.ts';
import type { FrameworkReport } from '../spec/prompt-record.ts';
import { requestOf } from './begin-call.ts';
import { composeFor } from './compose-for.ts';
import type { Decider } from './decider.ts';
import { GuardedLookups } from './guarded-lookups.ts';
import { Lookups } from './lookups.ts';
import type { Projection } from './projection.ts';
import type { Settings } from './settings.ts';

/** A first call that is about to be made. */
export interface FirstCall {
  readonly run: RunState;
  readonly task: TaskState;
  readonly member: Member;
  readonly request: LetThrough['request'];
  readonly framework: FrameworkReport | undefined;
  /** Where the attempt was begun already. */
  readonly attempt?: string;
}

/** An answer that takes the place of a call. */
export interface FoundAnswer extends FlightAnswer {
  readonly key: string;
  readonly of: string;
  readonly by: EventData['call.cached']['by'];
  readonly similarity?: number;
}

/** What to do about a call. */
export type Offer =
  /** Make it; under `key`, where its answer may be of use to others. */
  | { readonly kind: 'call'; readonly key: string | undefined }
  | { readonly kind: 'answer'; readonly answer: FoundAnswer }
  /** Wait for an equal one that is under way. */
  | { readonly kind: 'join'; readonly key: string }
  /** Ask again once `done` resolves: what is known is being looked up. */
  | { readonly kind: 'later'; readonly done: Promise<void> };

/** A call whose answer is of no use to others. */
export const PLAIN_CALL: Extract<Offer, { kind: 'call' }> = { kind: 'call', key: undefined };

/** Hears of what a cache stands on. */
export type TellCache = (changed: OutsideNews & { readonly part: CachePart }, run: string) => void;

/** Says of each first call whether an equal one was answered, or is about to be. */
export class Answers {
  readonly #settings: Settings;
  readonly #projection: Projection;
  readonly #lookups: Lookups<FoundAnswer>;
  readonly #outside: Readonly<Record<CachePart, GuardedLookups>> | undefined;

  /** `tell` hears what of the cache is left alone and what works again, with the run that found it so. */
  constructor(settings: Settings, projection: Projection, tell: TellCache) {
    this.#settings = settings;
    this.#projection = projection;
    const { clock, cache } = settings;
    this.#lookups = new Lookups(clock);
    const guarded = (part: CachePart, { breakers }: CacheSettings): GuardedLookups =>
      new GuardedLookups(clock, breakers[part], (news, run) => tell({ part, ...news }, run));
    this.#outside = cache && { store: guarded('store', cache), embed: guarded('embed', cache) };
  }

  /**
   * Whether answers from before may do for this task at all. A task whose answer was refused, or failed, gets a new
   * one: its prompt may be the same as before, and what was refused must not come back.
   */
  applies(run: RunState, { task, past }: TaskState): boolean {
    const { cache } = this.#settings;
    if (cache === undefined || run.cache === false || task.cache === false) return false;
    return (
      keepsKind(cache, task.kind) &&
      past.every(({ outcome }) => outcome !== 'rejected' && outcome !== 'failed')
    );
  }

  /** What to do about a first call now. */
  offer(call: FirstCall, nowMs: number): Offer {
    const { cache } = this.#settings;
    if (cache === undefined || !this.applies(call.run, call.task)) return PLAIN_CALL;
    const key = keyOf(cache, call);
    const { flights } = this.#projection;
    if (key === undefined || flights === undefined) return PLAIN_CALL;
    const followed = call.attempt === undefined ? undefined : flights.stateFor(call.attempt);
    if (followed?.kind === 'flying') return { kind: 'join', key };
    if (followed?.kind === 'alone') return { kind: 'call', key };
    if (followed?.kind === 'answer') {
      const { call: of, answer } = followed;
      return { kind: 'answer', answer: { ...answer, key, of, by: 'joined' } };
    }
    // A model that has tools begins by calling them, of which nobody else has anything.
    const mayJoin = (call.request.tools ?? []).length === 0;
    if (mayJoin && flights.isFlying(key)) return { kind: 'join', key };
    return this.#look(cache, call, key, nowMs) ?? { kind: 'call', key };
  }

  /** The answer to an equal request, where it is at hand; for calls that would not be made now. */
  atHand(call: FirstCall, nowMs: number): FoundAnswer | undefined {
    const { cache } = this.#settings;
    if (cache === undefined || !this.applies(call.run, call.task)) return undefined;
    const key = keyOf(cache, call);
    if (key === undefined) return undefined;
    const kept = this.#keptUnder(cache, call, key, nowMs);
    return kept === undefined || kept instanceof Promise ? undefined : found(kept, key, 'kept');
  }

  /** Stops looking anything up. */
  close(): void {
    this.#lookups.close();
    for (const lookups of Object.values(this.#outside ?? {})) lookups.close();
  }

  #look(cache: CacheSettings, call: FirstCall, key: string, nowMs: number): Offer | undefined {
    const who = `${call.run.id}/${call.task.task.key}/${call.member.name}`;
    const found = this.#lookups.ask(who, key, () => this.#find(cache, call, key, nowMs));
    if (found === undefined) return undefined;
    return found instanceof Promise
      ? { kind: 'later', done: found }
      : { kind: 'answer', answer: found };
  }

  #find(
    cache: CacheSettings,
    call: FirstCall,
    key: string,
    nowMs: number,
  ): FoundAnswer | undefined | Promise<FoundAnswer | undefined> {
    const kept = this.#keptUnder(cache, call, key, nowMs);
    const exact = (answer: CachedAnswer | undefined) =>
      answer === undefined ? undefined : found(answer, key, 'kept');
    if (cache.semantic === undefined) {
      return kept instanceof Promise ? kept.then(exact) : exact(kept);
    }
    if (kept !== undefined && !(kept instanceof Promise)) return exact(kept);
    return this.#findSimilar(cache, call, key, kept, nowMs);
  }

  async #findSimilar(
    cache: CacheSettings,
    call: FirstCall,
    key: string,
    kept: Promise<CachedAnswer | undefined> | undefined,
    nowMs: number,
  ): Promise<FoundAnswer | undefined> {
    const exact = await kept;
    if (exact !== undefined) return found(exact, key, 'kept');
    const decider = { settings: this.#settings, projection: this.#projection };
    const place = keyOf(cache, withoutWords(decider, call, nowMs)) ?? key;
    const match = await this.#outside?.embed.look(call.run.id, () =>
      cache.semantic?.find(key, { place, text: wordsOf(call) }),
    );
    if (match === undefined) return undefined;
    const answer = await this.#keptUnder(cache, call, match.key, nowMs);
    if (answer !== undefined) {
      return { ...found(answer, match.key, 'similar'), similarity: match.similarity };
    }
    if (!cache.breakers.store.isShut) cache.semantic?.forget(match.key);
    return undefined;
  }

  /** What the store has under a key, as long as it is in order. */
  #keptUnder(
    cache: CacheSettings,
    { run }: FirstCall,
    key: string,
    nowMs: number,
  ): CachedAnswer | undefined | Promise<CachedAnswer | undefined> {
    const scope = scopeKey(scopeOf(cache, run));
    return this.#outside?.store.look(run.id, () =>
      this.#projection.answers?.find(key, scope, nowMs),
    );
  }
}

/** The event by which an attempt goes on with an answer in place of a call. */
export function callCached(
  place: {
    readonly run: string;
    readonly task: string;
    readonly attempt: string;
    readonly call: string;
    readonly model: string;
  },
  { cost, ...answer }: FoundAnswer,
): EventDraft {
  return { type: 'call.cached', ...place, data: { step: 1, ...answer, saved: cost } };
}

function found(
  { call, parts, reason, cost }: CachedAnswer,
  key: string,
  by: FoundAnswer['by'],
): FoundAnswer {
  return { parts, reason, cost, key, of: call, by };
}

function keyOf(cache: CacheSettings, call: FirstCall): string | undefined {
  const { run, member, request, framework } = call;
  return cacheKey({
    request,
    model: member.model.info,
    name: member.name,
    scope: scopeOf(cache, run),
    // Whoever turns the cache on says that an answer from before will do.
    deterministic: true,
    ...(cache.version === undefined ? {} : { version: cache.version }),
    ...(framework === undefined ? {} : { template: `${framework.id}@${framework.version}` }),
  });
}

/** What a task asks for; a title made of the instruction says nothing more. */
function wordsOf({ task }: FirstCall): string {
  const { title, instruction } = task.task;
  return title === titleOf(instruction) ? instruction : `${title}\n${instruction}`;
}

/** The same call without the words of its task: all else that its answer hangs on. */
function withoutWords(
  decider: Pick<Decider, 'settings' | 'projection'>,
  call: FirstCall,
  nowMs: number,
): FirstCall {
  const { run, task, member } = call;
  const wordless: TaskState = {
    ...task,
    task: { ...task.task, key: '', title: '', instruction: '' },
  };
  const { prompt, tools } = composeFor(decider, run, wordless, member, nowMs);
  const request = requestOf(decider.settings, wordless, member, prompt.messages, tools);
  return { ...call, request };
}
