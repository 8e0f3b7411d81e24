import type { OverseerEvent } from './spec/event.ts';

/** Reads every event once, and says what the cache did that it must not: a second opinion, written apart from it. */
export class CacheAudit {
  /** By call. */
  readonly #keys = new Map<string, string>();
  readonly #answers = new Map<string, string>();
  /** The call whose answer an attempt has. */
  readonly #answerOf = new Map<string, string>();
  readonly #accepted = new Set<string>();
  readonly #refused = new Set<string>();

  /** What is wrong with an event. */
  take(event: OverseerEvent): readonly string[] {
    const { attempt = '', call = '' } = event;
    switch (event.type) {
      case 'call.started':
        if (event.data.key !== undefined) this.#keys.set(call, event.data.key);
        return [];
      case 'call.finished':
        this.#answers.set(call, JSON.stringify(event.data.parts));
        this.#answerOf.set(attempt, call);
        return [];
      case 'call.cached':
        this.#answerOf.set(attempt, event.data.of);
        // The reply to a call of whoever had the project before, which is told with it.
        return event.data.by === 'late' ? [] : this.#problemsOf(event.data);
      case 'task.done':
        this.#accepted.add(this.#answerOf.get(attempt) ?? '');
        return [];
      case 'attempt.ended':
        if (event.data.outcome === 'rejected') {
          this.#refused.add(this.#answerOf.get(attempt) ?? '');
        }
        return [];
      default:
        return [];
    }
  }

  #problemsOf({ of, key, by, parts }: OverseerEvent<'call.cached'>['data']): readonly string[] {
    const problems: string[] = [];
    if (this.#keys.get(of) !== key) problems.push(`gives the answer ${of} of another key`);
    if (this.#answers.get(of) !== JSON.stringify(parts)) problems.push(`gives not what ${of} said`);
    if (by !== 'kept') return problems;
    if (!this.#accepted.has(of)) problems.push(`gives ${of} before it was accepted`);
    if (this.#refused.has(of)) problems.push(`gives ${of} after it was refused`);
    return problems;
  }
}

/** Calls that were made while an equal one was under way. */
export function equalCallsAtOnce(events: readonly OverseerEvent[]): readonly string[] {
  const keys = new Map<string, string>();
  const flying = new Set<string>();
  const twice: string[] = [];
  for (const event of events) {
    const { call = '' } = event;
    if (event.type === 'call.started' && event.data.key !== undefined) {
      if (flying.has(event.data.key)) twice.push(call);
      flying.add(event.data.key);
      keys.set(call, event.data.key);
    }
    if (event.type === 'call.finished' || event.type === 'call.failed') {
      flying.delete(keys.get(call) ?? '');
    }
  }
  return twice;
}
