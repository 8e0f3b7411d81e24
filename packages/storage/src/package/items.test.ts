import { describe, expect, it } from 'vitest';
import { decodeItems, encodeEvent, encodeStarts } from './items.ts';
import { eventAt } from './package.fixture.ts';

const STARTS = encodeStarts({ 'project/a': { seq: 4, chain: 'ab' } });
const EVENT = encodeEvent(JSON.stringify(eventAt(5)));

describe('the content of a package', () => {
  it('R8: says where its streams begin before all else, or not at all', async () => {
    expect(await kindsIn(STARTS, EVENT)).toEqual(['starts', 'event']);
    const late = { code: 'package.damaged' };
    await expect(kindsIn(EVENT, STARTS)).rejects.toMatchObject(late);
    await expect(kindsIn(STARTS, STARTS, EVENT)).rejects.toMatchObject(late);
  });

  it.each([
    ['an event', 1, 67_108_864],
    ['a blob', 2, 268_435_456],
    ['where streams begin', 3, 67_108_864],
  ])('R8: has a limit for %s, and reads nothing of what is larger', async (_name, kind, most) => {
    await expect(kindsIn(startOf(kind, most))).rejects.toThrow(/ends inside/);
    await expect(kindsIn(startOf(kind, most + 1))).rejects.toMatchObject({
      code: 'package.damaged',
      message: expect.stringContaining('larger'),
    });
  });
});

function startOf(kind: number, bytes: number): Buffer {
  const start = Buffer.alloc(5);
  start.writeUInt8(kind, 0);
  start.writeUInt32BE(bytes, 1);
  return start;
}

async function kindsIn(...pieces: readonly Buffer[]): Promise<readonly string[]> {
  const kinds: string[] = [];
  const content = (async function* () {
    yield* pieces;
  })();
  for await (const { kind } of decodeItems(content)) kinds.push(kind);
  return kinds;
}
