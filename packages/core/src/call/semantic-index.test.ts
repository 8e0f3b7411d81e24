import { describe, expect, it } from 'vitest';
import { SemanticIndex } from './semantic-index.ts';

const near = async (): Promise<readonly number[]> => [1, 2, 3];
const place = 'p';

describe('SemanticIndex', () => {
  it('M13: finds what was accepted under other words that say the same', async () => {
    const index = new SemanticIndex(near, 10);
    expect(await index.find('k1', { place, text: 'List the files.' })).toBeUndefined();
    expect(await index.find('k2', { place, text: 'Please list the files' })).toBeUndefined();
    index.accept('k1');
    const found = await index.find('k3', { place, text: 'Could you please list the files?' });
    expect(found?.key).toBe('k1');
    expect(found?.similarity).toBeCloseTo(1);
  });

  it('M13: not in another place, not what says something else, not what is far', async () => {
    const index = new SemanticIndex(
      async (text) => (text.startsWith('Could') ? [1, 0] : [1, 1]),
      10,
    );
    await index.find('k1', { place, text: 'List 3 files.' });
    index.accept('k1');
    expect(await index.find('k2', { place: 'q', text: 'List 3 files.' })).toBeUndefined();
    expect(await index.find('k2', { place, text: 'List 4 files.' })).toBeUndefined();
    expect(
      await index.find('k2', { place, text: 'Could you please list 3 files?' }),
    ).toBeUndefined();
    expect((await index.find('k2', { place, text: 'Please list 3 files.' }))?.key).toBe('k1');
  });

  it('M13: forgets what is gone, and what was not used for longest', async () => {
    const index = new SemanticIndex(near, 2);
    for (const name of ['a', 'b', 'c']) {
      await index.find(name, { place, text: `Describe ${name}.` });
      index.accept(name);
      await index.find('used', { place, text: 'Describe a' });
    }
    expect(index.size).toBe(2);
    expect(await index.find('x', { place, text: 'Describe b' })).toBeUndefined();
    expect((await index.find('x', { place, text: 'Describe a' }))?.key).toBe('a');
    index.forget('a');
    expect(await index.find('x', { place, text: 'Describe a' })).toBeUndefined();
    index.accept('unknown');
    expect(index.size).toBe(1);
  });
});
