/** A stretch of time; the units are the caller's. */
export interface Span {
  readonly from: number;
  readonly until: number;
}

/**
 * How much of so many places was busy while somebody waited for one, 0 to 1; 1 where nobody ever waited. Goes over
 * beginnings and ends in the order of time.
 */
export function busyShare(busy: readonly Span[], waiting: readonly Span[], places: number): number {
  const changes = [...changesOf(busy, 1, 0), ...changesOf(waiting, 0, 1)];
  changes.sort((a, b) => a.at - b.at);
  let [nowBusy, nowWaiting, since] = [0, 0, 0];
  let [used, usable] = [0, 0];
  for (const { at, busy: ofBusy, waiting: ofWaiting } of changes) {
    if (nowWaiting > 0) {
      used += nowBusy * (at - since);
      usable += places * (at - since);
    }
    nowBusy += ofBusy;
    nowWaiting += ofWaiting;
    since = at;
  }
  return usable === 0 ? 1 : used / usable;
}

interface Change {
  readonly at: number;
  readonly busy: number;
  readonly waiting: number;
}

function changesOf(spans: readonly Span[], busy: number, waiting: number): readonly Change[] {
  return spans
    .filter(({ from, until }) => until > from)
    .flatMap(({ from, until }) => [
      { at: from, busy, waiting },
      { at: until, busy: -busy, waiting: -waiting },
    ]);
}
