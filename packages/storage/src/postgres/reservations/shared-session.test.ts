import { describe, expect, it } from 'vitest';
import { Session } from '../session.ts';
import { shareSession } from './shared-session.ts';

/** Sessions that were started, and whether each was ended. */
function sessions() {
  const started: Session[] = [];
  const share = shareSession(async () => {
    const session = new Session(() => Promise.reject(new Error('nobody connects here')));
    started.push(session);
    return session;
  });
  const isEnded = (session: Session | undefined): Promise<boolean> =>
    (session?.use(async () => true) ?? Promise.reject(new Error('none'))).then(
      () => false,
      (error: Error) => error.message.includes('was closed'),
    );
  return { share, started, isEnded };
}

describe('a session that several share', () => {
  it('L4: is one for all who have it at once, and ends with the last of them', async () => {
    const { share, started, isEnded } = sessions();
    const [one, two] = await Promise.all([share(), share()]);
    expect(started).toHaveLength(1);
    await one.close();
    await one.close();
    expect(await isEnded(started[0])).toBe(false);
    await two.close();
    expect(await isEnded(started[0])).toBe(true);
    const next = await share();
    expect(started).toHaveLength(2);
    expect(await isEnded(next.session)).toBe(false);
  });

  it('L4: is started anew where it could not be', async () => {
    let tries = 0;
    const share = shareSession(async () => {
      tries += 1;
      if (tries === 1) throw new Error('no server');
      return new Session(() => Promise.reject(new Error('nobody connects here')));
    });
    const first = await Promise.allSettled([share(), share()]);
    expect(first.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await share();
    expect(tries).toBe(2);
  });
});
