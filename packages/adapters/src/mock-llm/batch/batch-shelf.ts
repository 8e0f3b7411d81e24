import type { JsonObject } from '@overseer/core/spec';

/** One line of a batch: what is asked, and under which id its result comes. */
export interface BatchLine {
  readonly id: string;
  readonly body: JsonObject;
}

/** What a line came to: a status and the body of the reply, or that nobody came to it. */
export type LineResult =
  | { readonly kind: 'replied'; readonly status: number; readonly body: object }
  | { readonly kind: 'expired' }
  | { readonly kind: 'cancelled' };

/** A batch as the service keeps it, whatever its wire. */
export interface KeptBatch {
  readonly id: string;
  readonly createdAt: number;
  /** Where its lines are sent: `/v1/messages`. */
  readonly path: string;
  readonly lines: readonly BatchLine[];
  readonly metadata: JsonObject | null;
  readonly inputFile: string;
  cancelledAt?: number;
  /** Once it is over: what each line came to. */
  results?: readonly LineResult[];
  endedAt?: number;
  /** Why none of it was begun. */
  refused?: string;
}

/** How batches go; see `MockScenario`. */
export interface MockBatches {
  /** How long a batch takes, in ms; the default is no time. */
  readonly takesMs?: number;
  /** How many lines of a batch are answered before it expires; the default is all. */
  readonly answers?: number;
  /** Refuses every batch when it is looked at, as for a file that is not valid. */
  readonly refusal?: string;
}

/** Answers one line as the service would answer it by itself, and counts it. */
export type AnswerLine = (path: string, body: JsonObject) => { status: number; body: object };

/** The files and batches that a service has. */
export interface BatchShelf {
  addFile(name: string, text: string, nowMs: number): KeptFile;
  file(id: string): KeptFile | undefined;
  add(batch: Omit<KeptBatch, 'id'>, prefix: string): KeptBatch;
  /** The batches of one provider, the newest first. */
  list(prefix: string): readonly KeptBatch[];
  find(id: string): KeptBatch | undefined;
  /** The files that were uploaded, the newest first. */
  files(): readonly KeptFile[];
  /** Whether there was such a file or batch. */
  forget(id: string): boolean;
  /** Brings a batch up to a moment: what is due is answered. */
  bring(batch: KeptBatch, nowMs: number, answer: AnswerLine): KeptBatch;
}

/** A file that was uploaded. */
export interface KeptFile {
  readonly id: string;
  readonly name: string;
  readonly text: string;
  readonly createdAt: number;
}

/** A shelf of the newest 1,000 files and batches. */
export function createBatchShelf({ takesMs = 0, answers, refusal }: MockBatches = {}): BatchShelf {
  const files = new Map<string, KeptFile>();
  const batches = new Map<string, KeptBatch>();
  let n = 0;
  return {
    addFile(name, text, createdAt) {
      const file = { id: `file-${++n}`, name, text, createdAt };
      keep(files, file);
      return file;
    },
    file: (id) => files.get(id),
    add(batch, prefix) {
      const made = { ...batch, id: `${prefix}${++n}` };
      keep(batches, made);
      return made;
    },
    list: (prefix) => [...batches.values()].filter(({ id }) => id.startsWith(prefix)).reverse(),
    find: (id) => batches.get(id),
    files: () => [...files.values()].reverse(),
    forget: (id) => files.delete(id) || batches.delete(id),
    bring(batch, nowMs, answer) {
      if (batch.endedAt !== undefined) return batch;
      if (refusal !== undefined) {
        batch.refused = refusal;
        batch.endedAt = nowMs;
      } else if (batch.cancelledAt !== undefined) {
        batch.results = batch.lines.map(() => ({ kind: 'cancelled' }));
        batch.endedAt = nowMs;
      } else if (nowMs - batch.createdAt >= takesMs) {
        batch.results = batch.lines.map(({ body }, index) =>
          index < (answers ?? Number.POSITIVE_INFINITY)
            ? { kind: 'replied', ...answer(batch.path, body) }
            : { kind: 'expired' },
        );
        batch.endedAt = nowMs;
      }
      return batch;
    },
  };
}

function keep<T extends { readonly id: string }>(kept: Map<string, T>, one: T): void {
  kept.set(one.id, one);
  const [oldest] = kept.keys();
  if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest);
}

const MOST_KEPT = 1000;
