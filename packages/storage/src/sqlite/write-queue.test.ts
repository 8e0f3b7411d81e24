import { describe, expect, it } from 'vitest';
import type { Write, WriteOutcome } from './protocol.ts';
import { WriteQueue } from './write-queue.ts';

const MEBIBYTE = 1_048_576;

function write(tag: number): Write {
  return { kind: 'blob', bytes: new Uint8Array([tag]) };
}

/** A writer that answers when it is told to. */
function heldWriter() {
  const groups: (readonly Write[])[] = [];
  let answer: (outcomes: readonly WriteOutcome[]) => void = () => undefined;
  const queue = new WriteQueue<Write, string | null>((writes) => {
    groups.push(writes);
    return new Promise((resolve) => {
      answer = resolve;
    });
  });
  return { groups, queue, answer: (outcomes: readonly WriteOutcome[]) => answer(outcomes) };
}

describe('WriteQueue', () => {
  it('R1: what comes in one turn goes together, and what waits meanwhile goes next, together', async () => {
    const { groups, queue, answer } = heldWriter();
    const first = [queue.push(write(1), 1), queue.push(write(2), 1)];
    await Promise.resolve();
    const second = [queue.push(write(3), 1), queue.push(write(4), 1), queue.push(write(5), 1)];
    expect(groups.map((group) => group.length)).toEqual([2]);
    answer(['a', 'b']);
    expect(await Promise.all(first)).toEqual(['a', 'b']);
    await Promise.resolve();
    expect(groups.map((group) => group.length)).toEqual([2, 3]);
    answer(['c', null, 'e']);
    expect(await Promise.all(second)).toEqual(['c', null, 'e']);
    await queue.drained();
  });

  it('R1: each write has its own outcome', async () => {
    const { queue, answer } = heldWriter();
    const outcomes = Promise.allSettled([queue.push(write(1), 1), queue.push(write(2), 1)]);
    await Promise.resolve();
    answer([{ refused: 'store.conflict', message: 'Out of place.' }, null]);
    expect(await outcomes).toMatchObject([
      { status: 'rejected', reason: { code: 'store.conflict', message: 'Out of place.' } },
      { status: 'fulfilled' },
    ]);
  });

  it('R1: a group is bounded, but one large write goes whatever its size', async () => {
    const sizes: number[] = [];
    const queue = new WriteQueue(async (writes) => {
      sizes.push(writes.length);
      return writes.map(() => null);
    });
    await Promise.all(
      [5, 2, 2, 20, 1].map((size, index) => queue.push(write(index), size * MEBIBYTE)),
    );
    expect(sizes).toEqual([2, 1, 1, 1]);
  });

  it('R1: when the writer is gone, all that waits is refused', async () => {
    const queue = new WriteQueue(() => Promise.reject(new Error('gone')));
    const outcomes = await Promise.allSettled([queue.push(write(1), 1), queue.push(write(2), 1)]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await queue.drained();
  });

  it('R1: what waits is bounded', async () => {
    const queue = new WriteQueue(async (writes) => writes.map(() => null), 10);
    const accepted = [queue.push(write(1), 6), queue.push(write(2), 4)];
    await expect(queue.push(write(3), 1)).rejects.toMatchObject({ code: 'store.busy' });
    await Promise.all(accepted);
    await queue.push(write(3), 11);
  });
});
