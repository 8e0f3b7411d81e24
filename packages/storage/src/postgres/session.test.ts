import { describe, expect, it } from 'vitest';
import { persist } from './patience.ts';
import { Session } from './session.ts';

describe('a session', () => {
  it('R7: opens no connection once it is closed', async () => {
    let opened = 0;
    const session = new Session(async () => {
      opened++;
      throw new Error('Connection terminated');
    });
    const first = session.use(async () => undefined);
    const closed = session.close();
    await expect(first).rejects.toThrow('Connection terminated');
    await closed;
    await expect(session.use(async () => undefined)).rejects.toThrow('it was closed');
    expect(opened).toBe(1);
  });
});

describe('patience', () => {
  it('R7: tries nothing more once the store is closed for good', async () => {
    const farewell = new AbortController();
    let tries = 0;
    const trying = persist({ name: 'p', patienceMs: 60_000, signal: farewell.signal }, async () => {
      tries++;
      // In the pause that comes.
      setTimeout(() => farewell.abort(), 1);
      throw new Error('Connection terminated');
    });
    await expect(trying).rejects.toMatchObject({ code: 'store.unreachable' });
    expect(tries).toBe(1);
  });
});
