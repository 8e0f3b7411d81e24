import type { OverseerEvent } from './spec/event.ts';

/** Reads every event once, and says what the cache did that it must not: a second opinion, written apart from it. */
export function problemsOfCaching(events: readonly OverseerEvent[]): readonly string[] {
  const audit = new CacheAudit();
  for (const event of events) audit.take(event);
  return audit.problems;
}

class CacheAudit {
  readonly problems: string[] = [];
  /** By call. */
  readonly #keys = new Map<string, string>();
  readonly #answers = new Map<string, string>();
  /** The call under way, by key. */
  readonly #flying = new Map<string, string>();
  /** The call whose answer an attempt has. */
  readonly #answerOf = new Map<string, string>();
  readonly #accepted = new Set<string>();
  readonly #refused = new Set<string>();

  take(event: OverseerEvent): void {
    const { attempt = '' } = event;
    switch (event.type) {
      case 'call.started':
        this.#start(event);
        return;
      case 'call.finished':
      case 'call.failed':
        this.#end(event);
        return;
      case 'call.cached':
        this.#give(event);
        return;
      case 'task.done':
        this.#accepted.add(this.#answerOf.get(attempt) ?? '');
        return;
      case 'attempt.ended':
        if (event.data.outcome === 'rejected') {
          this.#refused.add(this.#answerOf.get(attempt) ?? '');
        }
        return;
      default:
    }
  }

  #start({ call = '', data: { key } }: OverseerEvent<'call.started'>): void {
    if (key === undefined) return;
    this.#keys.set(call, key);
    const other = this.#flying.get(key);
    if (other !== undefined) this.problems.push(`${call} was made beside its equal ${other}`);
    this.#flying.set(key, call);
  }

  #end(event: OverseerEvent<'call.finished' | 'call.failed'>): void {
    const { call = '', attempt = '' } = event;
    this.#flying.delete(this.#keys.get(call) ?? '');
    if (event.type !== 'call.finished') return;
    this.#answers.set(call, JSON.stringify(event.data.parts));
    this.#answerOf.set(attempt, call);
  }

  #give({ attempt = '', data }: OverseerEvent<'call.cached'>): void {
    const { of, key, by, parts } = data;
    this.#answerOf.set(attempt, of);
    if (this.#keys.get(of) !== key) this.problems.push(`${of} had another key`);
    if (this.#answers.get(of) !== JSON.stringify(parts)) this.problems.push(`${of} said else`);
    if (by !== 'kept') return;
    if (!this.#accepted.has(of)) this.problems.push(`${of} is given before it was accepted`);
    if (this.#refused.has(of)) this.problems.push(`${of} is given after it was refused`);
  }
}
