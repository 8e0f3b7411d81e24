import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { PAGE_BYTES } from '../file/schema.ts';
import { type LogFrame, logFrames } from './log-frames.ts';

/** The pages of a database file as its log has them, read without SQLite. */
export interface PageSource {
  /** How many there are, the last one cut short included. */
  readonly count: number;
  /** A page by its number, from 1; what a file that was cut lacks of it is zero. `undefined` for one that is not there. */
  read(number: number): Buffer | undefined;
}

/** The same with what it holds open. */
export interface OpenPages extends PageSource, Disposable {
  /** What a page was before, newest first, where its newest image in the log is not proven. */
  older(number: number): Iterable<Buffer>;
}

/**
 * Opens a file for its pages. Not in a process that has it open by SQLite: closing it here would drop the locks there. Throws the
 * system's errors.
 */
export function openPages(path: string): OpenPages {
  const file = openSync(path, 'r');
  const size = statSync(path).size;
  const { frames, descriptor: log } = openLog(`${path}-wal`);
  const inFile = Math.ceil(size / PAGE_BYTES);
  const count = [...frames.keys()].reduce((most, page) => Math.max(most, page), inFile);
  const readFile = (number: number): Buffer | undefined =>
    number >= 1 && number <= inFile ? pageAt(file, (number - 1) * PAGE_BYTES) : undefined;
  const readLog = (frame: LogFrame): Buffer | undefined =>
    log === undefined ? undefined : pageAt(log, frame.offset);
  return {
    count,
    read(number) {
      const frame = frames.get(number);
      return frame === undefined ? readFile(number) : readLog(frame);
    },
    *older(number) {
      let before = frames.get(number)?.before;
      for (; before !== undefined && before !== 'in the file'; before = before.before) {
        const page = readLog(before);
        if (page !== undefined) yield page;
      }
      const page = before === undefined ? undefined : readFile(number);
      if (page !== undefined) yield page;
    },
    [Symbol.dispose]() {
      closeSync(file);
      if (log !== undefined) closeSync(log);
    },
  };
}

function openLog(path: string): {
  readonly frames: ReadonlyMap<number, LogFrame>;
  readonly descriptor: number | undefined;
} {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size === 0) return { frames: new Map(), descriptor: undefined };
  const descriptor = openSync(path, 'r');
  return { frames: logFrames(descriptor, size).frames, descriptor };
}

function pageAt(descriptor: number, offset: number): Buffer {
  const page = Buffer.alloc(PAGE_BYTES);
  readSync(descriptor, page, 0, PAGE_BYTES, offset);
  return page;
}
