import { describe, expect, it } from 'vitest';
import { ConnectionPool } from './connection-pool.ts';

describe('a pool of connections', () => {
  it('R7: does not let those hang that wait for a connection that cannot be opened', async () => {
    let opened = 0;
    const pool = new ConnectionPool(async () => {
      opened++;
      throw new Error('Connection terminated');
    }, 2);
    const uses = [1, 2, 3, 4].map(() => pool.use(async () => undefined));
    const ends = await Promise.allSettled(uses);
    expect(ends.map(({ status }) => status)).toEqual([
      'rejected',
      'rejected',
      'rejected',
      'rejected',
    ]);
    await expect(pool.use(async () => undefined)).rejects.toThrow('Connection terminated');
    expect(opened).toBe(3);
  });
});
