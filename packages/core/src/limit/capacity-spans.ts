/** A time in which a capacity is the same, epoch ms; `until` is not in it. */
export interface CapacitySpan {
  readonly from: number;
  readonly until: number;
  readonly capacity: number;
}

/** Spans that are remembered. */
const MAX_KNOWN = 2_048;
/** What lies further ahead is not worked out span by span, in ms. */
const NEAR_MS = 14 * 86_400_000;

/**
 * Gives the span around a moment as `find` does, which is asked once for each span in a row: whoever waits for hours asks
 * for the same ones again and again.
 */
export function rememberSpans(
  find: (moment: number) => CapacitySpan,
): (moment: number) => CapacitySpan {
  let known: CapacitySpan[] = [];
  return (moment) => {
    let last = known.at(-1);
    const isFar = last !== undefined && moment - last.until > NEAR_MS;
    if (last === undefined || isFar || moment < (known[0]?.from ?? 0)) {
      last = find(moment);
      known = [last];
    }
    if (moment < last.until) return spanOf(known, moment) ?? last;
    while (last.until <= moment) {
      last = find(last.until);
      known.push(last);
    }
    if (known.length > MAX_KNOWN) known = known.slice(-MAX_KNOWN / 2);
    return last;
  };
}

/** The last one that begins by then. */
function spanOf(known: readonly CapacitySpan[], moment: number): CapacitySpan | undefined {
  let low = 0;
  let high = known.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((known[middle]?.from ?? 0) <= moment) low = middle;
    else high = middle - 1;
  }
  return known[low];
}
