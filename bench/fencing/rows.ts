/** What a zombie does once it is awake, how that has to be answered, and what it is. */
const ROWS: Readonly<Record<string, { readonly due: string; readonly what: string }>> = {
  append: { due: 'store.fenced', what: 'the next event of its stream' },
  repeat: { due: 'store.fenced', what: 'an event that it wrote before' },
  elsewhere: { due: 'store.fenced', what: 'an event of a stream that nobody guards' },
  renew: { due: 'false', what: 'its lease' },
  enqueue: { due: 'store.fenced', what: 'a call for workers' },
  again: { due: 'store.fenced', what: 'a call that it sent before' },
  withdraw: { due: 'store.fenced', what: "its successor's call, taken back" },
  heartbeat: { due: 'false', what: 'a call that another worker has' },
  complete: { due: 'store.fenced', what: 'the reply to a call that another worker has' },
  settle: { due: 'store.fenced', what: 'the reply to a call that another worker settled' },
  reserve: { due: 'store.fenced', what: 'room in a shared limit' },
  renewMember: { due: 'false', what: 'its part in shared limits' },
};

/** The jobs of a trial, by the model that each is for. */
export const JOBS = ['held', 'done', 'waits'] as const;

/** How each row was answered, over all trials. */
export class Refusals {
  readonly tries: Map<string, number> = new Map();
  readonly refused: Map<string, number> = new Map();

  /** What was answered otherwise than it has to be. */
  take(answers: Readonly<Record<string, string>>): readonly string[] {
    return Object.entries(ROWS).flatMap(([row, { due, what }]) => {
      this.tries.set(row, (this.tries.get(row) ?? 0) + 1);
      if (answers[row] !== due) {
        return [`${row} (${what}) was answered with ${answers[row]}, where ${due} was due.`];
      }
      this.refused.set(row, (this.refused.get(row) ?? 0) + 1);
      return [];
    });
  }

  /** For the report: sums, and each row by its name. */
  counts(): Readonly<Record<string, number>> {
    const sum = (all: ReadonlyMap<string, number>): number =>
      [...all.values()].reduce((total, count) => total + count, 0);
    const rows = Object.keys(ROWS).flatMap((row): (readonly [string, number])[] => [
      [`${row} tries`, this.tries.get(row) ?? 0],
      [`${row} refused`, this.refused.get(row) ?? 0],
    ]);
    return { tries: sum(this.tries), refused: sum(this.refused), ...Object.fromEntries(rows) };
  }

  /** A line for each row. */
  table(): readonly (readonly string[])[] {
    const lines = Object.entries(ROWS).map(([row, { due, what }]) => [
      row,
      `${this.tries.get(row) ?? 0}`,
      `${this.refused.get(row) ?? 0}`,
      due,
      what,
    ]);
    return [['what a zombie does', 'tries', 'refused', 'answer', 'of'], ...lines];
  }
}
