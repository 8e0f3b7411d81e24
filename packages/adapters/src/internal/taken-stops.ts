import type { ModelRequest, ModelWarning } from '@overseer/core/spec';

/** The texts to stop at that a provider takes, which are the first few where it takes no more; what is left out is a warning. */
export function takenStops(
  { stop }: ModelRequest,
  { who, most }: { readonly who: string; readonly most: number },
  warnings: ModelWarning[],
): readonly string[] | undefined {
  if (stop === undefined || stop.length <= most) return stop;
  const detail = `${who} stop at ${most} texts at most; the others are left out`;
  warnings.push({ kind: 'adjusted', what: 'stop', detail });
  return stop.slice(0, most);
}
