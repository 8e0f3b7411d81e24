import type { OverseerEvent } from '../spec/event.ts';

/**
 * Calls that attempts under way are still going to make: one for each that has tools and has not come back from using
 * them. A fold of events; what it says is a forecast and holds nothing back by itself.
 */
export class ExpectedCalls {
  readonly #models = new Map<string, string>();
  readonly #counts = new Map<string, number>();

  /** How many more calls a model will be asked for. */
  of(model: string): number {
    return this.#counts.get(model) ?? 0;
  }

  /** Takes one event into account. */
  take(event: OverseerEvent): void {
    const { attempt } = event;
    if (attempt === undefined) return;
    switch (event.type) {
      case 'attempt.started':
        if (event.data.tools.length > 0 && event.model !== undefined) {
          this.#models.set(attempt, event.model);
          this.#counts.set(event.model, this.of(event.model) + 1);
        }
        return;
      case 'call.started':
        if (event.data.step > 1) this.#forget(attempt);
        return;
      case 'verdict.given':
      case 'attempt.ended':
      case 'task.done':
        this.#forget(attempt);
        return;
      default:
    }
  }

  #forget(attempt: string): void {
    const model = this.#models.size === 0 ? undefined : this.#models.get(attempt);
    if (model === undefined) return;
    this.#models.delete(attempt);
    this.#counts.set(model, this.of(model) - 1);
  }
}
