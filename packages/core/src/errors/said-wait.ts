/**
 * How long somebody asked to wait, in ms: a finite number from 0 on. `undefined` for anything else, as if nothing had been said; so is
 * what `Number()` makes of a `retry-after` that is a date.
 */
export function saidWaitMs(said: unknown): number | undefined {
  return typeof said === 'number' && Number.isFinite(said) && said >= 0 ? said : undefined;
}
