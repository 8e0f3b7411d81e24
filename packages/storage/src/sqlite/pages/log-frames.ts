import { readSync } from 'node:fs';
import { PAGE_BYTES } from '../file/schema.ts';

/** The image of a page in a write-ahead log. */
export interface LogFrame {
  /** Where the page begins in the log. */
  readonly offset: number;
  /** The image before it, where this one is not proven. */
  readonly before: LogFrame | 'in the file' | undefined;
}

/** What a write-ahead log holds. */
export interface LogContent {
  /** The newest committed image of each page by its number. */
  readonly frames: ReadonlyMap<number, LogFrame>;
  /**
   * Commits that SQLite does not see any more: it stops at the first frame whose sum does not hold, as where a power cut tore the
   * last transaction. That others were committed behind it proves that it was whole once.
   */
  readonly hidden: number;
  /** How many frames SQLite sees: those up to the last commit in front of any damage. */
  readonly committed: number;
  /** Whether behind them a frame of the same use is not whole, as where a commit was torn, or the last one was damaged. */
  readonly isTorn: boolean;
  /** What its frames have in common, and no other use of it. */
  readonly salts: Buffer;
}

const LOG_HEADER = 32;
const FRAME_HEADER = 24;

/**
 * Reads a write-ahead log (https://www.sqlite.org/fileformat2.html#walformat). Sums run on from frame to frame, and each frame holds
 * its own, so that those behind a damaged one can be proven too.
 */
export function logFrames(descriptor: number, size: number): LogContent {
  const frames = new Map<number, LogFrame>();
  const frame = Buffer.alloc(FRAME_HEADER + PAGE_BYTES);
  const { salts, isBig, start, isHurt: isHeaderHurt } = readHeader(descriptor, frame);
  let sum = start;
  let waiting: Seen[] = [];
  let isHurt = isHeaderHurt;
  let commits = isHeaderHurt ? 1 : 0;
  let committed = 0;
  let at = LOG_HEADER;
  for (; at + frame.length <= size; at += frame.length) {
    readSync(descriptor, frame, 0, frame.length, at);
    const isWhole = equal(frameSum(sum, frame, isBig), ownSum(frame));
    const isOurs = frame.subarray(8, 16).equals(salts);
    // What is left of an earlier use of the log has other salts, and no sum that runs on from here.
    if (!isWhole && !isOurs) break;
    isHurt ||= !isWhole || !isOurs;
    sum = ownSum(frame);
    waiting.push([frame.readUInt32BE(0), at + FRAME_HEADER]);
    if (frame.readUInt32BE(4) === 0) continue;
    if (isHurt) commits++;
    else committed = (at - LOG_HEADER) / frame.length + 1;
    // What follows may also be left of a transaction that was given up, so that what was before counts as well.
    take(frames, waiting, !isHurt);
    waiting = [];
  }
  // A transaction without an end was never acknowledged, unless its end is what was damaged.
  if (isHurt) take(frames, waiting, false);
  const isCut = at < size && at + frame.length > size;
  return { frames, hidden: Math.max(0, commits - 1), committed, isTorn: isHurt || isCut, salts };
}

/** A page by its number, and where its image begins. */
type Seen = readonly [page: number, offset: number];

function take(frames: Map<number, LogFrame>, seen: readonly Seen[], isProven: boolean): void {
  for (const [page, offset] of seen) {
    const before = isProven ? undefined : (frames.get(page) ?? 'in the file');
    frames.set(page, { offset, before });
  }
}

type Sum = readonly [number, number];

/** What the frames go by; of a header that is damaged, what the first frame still proves of it. */
function readHeader(
  descriptor: number,
  frame: Buffer,
): { readonly salts: Buffer; readonly isBig: boolean; readonly start: Sum; isHurt: boolean } {
  const header = Buffer.alloc(LOG_HEADER);
  readSync(descriptor, header, 0, LOG_HEADER, 0);
  readSync(descriptor, frame, 0, frame.length, LOG_HEADER);
  const stored: Sum = [header.readUInt32BE(24), header.readUInt32BE(28)];
  const isBig = (header.readUInt32BE(0) & 1) === 1;
  const isSound =
    (header.readUInt32BE(0) | 1) === 0x377f0683 &&
    equal(sumOf([0, 0], header.subarray(0, 24), isBig), stored);
  const salts = Buffer.from(isSound ? header.subarray(16, 24) : frame.subarray(8, 16));
  if (isSound) return { salts, isBig, start: stored, isHurt: false };
  for (const order of [isBig, !isBig]) {
    for (const start of [stored, sumOf([0, 0], header.subarray(0, 24), order)]) {
      const proves = equal(frameSum(start, frame, order), ownSum(frame));
      if (proves) return { salts, isBig: order, start, isHurt: true };
    }
  }
  // Nothing says that frames follow at all.
  return { salts: Buffer.alloc(8), isBig, start: stored, isHurt: false };
}

function frameSum(before: Sum, frame: Buffer, isBig: boolean): Sum {
  const head = sumOf(before, frame.subarray(0, 8), isBig);
  return sumOf(head, frame.subarray(FRAME_HEADER), isBig);
}

function ownSum(frame: Buffer): Sum {
  return [frame.readUInt32BE(16), frame.readUInt32BE(20)];
}

/** https://www.sqlite.org/fileformat2.html#checksum_algorithm */
function sumOf([first, second]: Sum, bytes: Buffer, isBig: boolean): Sum {
  let [one, other] = [first, second];
  for (let at = 0; at < bytes.length; at += 8) {
    const low = isBig ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at);
    const high = isBig ? bytes.readUInt32BE(at + 4) : bytes.readUInt32LE(at + 4);
    one = (one + low + other) >>> 0;
    other = (other + high + one) >>> 0;
  }
  return [one, other];
}

function equal([one, other]: Sum, [first, second]: Sum): boolean {
  return one === first && other === second;
}
