import { describe, expect, it } from 'vitest';
import { Owned } from './owned.ts';

describe('what is owned', () => {
  it('R1: is let go of in reverse order, one after the other, and once', async () => {
    const log: string[] = [];
    const owned = new Owned();
    for (const name of ['store', 'lease', 'kernel']) {
      owned.add(async () => {
        log.push(`${name} closes`);
        await Promise.resolve();
        log.push(`${name} is closed`);
      });
    }
    await owned.close();
    await owned.close();
    expect(log).toEqual(
      ['kernel', 'lease', 'store'].flatMap((name) => [`${name} closes`, `${name} is closed`]),
    );
  });

  it('R1: one that throws keeps none of the others, and what was thrown first is told', async () => {
    const log: string[] = [];
    const owned = new Owned();
    owned.add(() => log.push('store'));
    owned.add(() => Promise.reject(new Error('the lease broke after it')));
    owned.add(() => {
      log.push('gate');
      throw new Error('the gate broke first');
    });
    await expect(owned.close()).rejects.toThrow('the gate broke first');
    expect(log).toEqual(['gate', 'store']);
  });
});
