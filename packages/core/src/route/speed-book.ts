import { RecentMap } from '../internal/recent-map.ts';

/** How much a new call counts beside those before it. */
const NEWEST = 0.2;
const MODELS = 500;

/** How long the calls of models take: a mean in which recent calls count most. */
export class SpeedBook {
  readonly #means = new RecentMap<number>(MODELS);

  /** Takes note of a finished call; returns the model that was forgotten for it, if one was. */
  note(model: string, durationMs: number): string | undefined {
    const before = this.#means.get(model) ?? durationMs;
    return this.#means.set(model, before + NEWEST * (durationMs - before));
  }

  /** What a call takes, in ms; `undefined` before the first. */
  of(model: string): number | undefined {
    return this.#means.get(model);
  }

  /** Everything that is known, for a snapshot. */
  body(): readonly (readonly [model: string, ms: number])[] {
    return [...this.#means];
  }

  /** Takes up what `body` gave. */
  restore(body: readonly (readonly [model: string, ms: number])[]): void {
    for (const [model, ms] of body) this.#means.set(model, ms);
  }
}
