import { ModelError } from '@overseer/core/plugin';
import type { CallContext, ListedModel, Model } from '@overseer/core/spec';
import { describe, expect, it } from 'vitest';
import { reachTeam } from './reach-team.ts';

function model(id: string, list?: (ctx: CallContext) => Promise<readonly ListedModel[]>): Model {
  const can = {
    tools: 'unknown',
    json: 'unknown',
    reasoning: 'unknown',
    image: 'unknown',
  } as const;
  return {
    spec: 'model/1',
    info: { id, provider: 'server', can },
    stream: async function* () {},
    ...(list === undefined ? {} : { list }),
  };
}

const failing = (id: string, kind: 'network' | 'auth' | 'not-found' | 'permission') =>
  model(id, async () => {
    const cause = new Error('fetch failed', {
      cause: new Error('connect ECONNREFUSED 10.0.0.1:80'),
    });
    throw new ModelError(kind, `server/${id}: no`, { cause });
  });

const silent = model(
  'silent',
  ({ signal }) =>
    new Promise((_, reject) => {
      signal.addEventListener('abort', () => reject(new ModelError('timeout', 'too late')));
    }),
);
const options = {
  addressOf: () => 'http://10.0.0.1/v1',
  patienceMs: 20,
  isSentAsItIs: () => false,
};
const fine = model('fine', async () => []);

describe('reachTeam', () => {
  it('A6: says nothing of servers that answer, or that cannot list', async () => {
    const team = [fine, model('plain'), failing('a', 'not-found'), failing('b', 'permission')];
    expect(await reachTeam(team, options)).toEqual([]);
  });

  it('X5 M18: an overseer that cannot be reached is an error with its address and what the socket said', async () => {
    await expect(reachTeam([failing('a', 'network'), fine], options)).rejects.toMatchObject({
      code: 'model.network',
      message:
        'http://10.0.0.1/v1 cannot be reached for server/a (connect ECONNREFUSED 10.0.0.1:80); check that the server runs and that the address is right.',
    });
  });

  it('X5: a server that accepts and says nothing is not waited for without end', async () => {
    await expect(reachTeam([silent], options)).rejects.toMatchObject({
      code: 'model.timeout',
      message: expect.stringContaining('http://10.0.0.1/v1 did not answer within 0.02 s'),
    });
  });

  it('L5: another model that cannot be reached now is a warning', async () => {
    const warnings = await reachTeam([fine, failing('a', 'network')], options);
    expect(warnings).toEqual([expect.stringMatching(/^a is out for now: .*ECONNREFUSED/)]);
  });

  it('X5: a wrong key is an error, whoever has it', async () => {
    await expect(reachTeam([fine, failing('a', 'auth')], options)).rejects.toMatchObject({
      code: 'model.auth',
      message: 'server/a: no.',
    });
  });

  it('M11: a refused key is no error while there is another, which is tried at once', async () => {
    let asked = 0;
    const ring = (good: number): Model =>
      model('ring', async () => {
        asked += 1;
        if (asked >= good) return [{ id: 'ring', state: 'ready' }];
        throw new ModelError('auth', 'server/ring: no', { otherKey: true, retryable: true });
      });
    expect(await reachTeam([ring(3)], options)).toEqual([]);
    expect(asked).toBe(3);
    asked = 0;
    const warnings = await reachTeam([ring(Number.POSITIVE_INFINITY)], options);
    expect(warnings).toEqual(['ring is out for now: server/ring: no.']);
    expect(asked).toBe(8);
  });

  it('M4 X5: a model that its server does not list is an error, whoever it is, unless its name is sent as it is', async () => {
    const other = model('bos', async () => [{ id: 'boss', state: 'ready' }]);
    await expect(reachTeam([fine, other], options)).rejects.toMatchObject({
      code: 'model.not-found',
      message: expect.stringContaining('did you mean "boss"?'),
    });
    const asItIs = { ...options, isSentAsItIs: (at: number) => at === 1 };
    await expect(reachTeam([other, fine], asItIs)).rejects.toMatchObject({
      code: 'model.not-found',
    });
    expect(await reachTeam([fine, other], asItIs)).toEqual([
      'http://10.0.0.1/v1 lists no bos, which is asked for as it is: its first call tells whether there is one.',
    ]);
  });

  it('M4: nothing is said of a name that is sent as it is and listed, nor of no name', async () => {
    const asItIs = { ...options, isSentAsItIs: () => true };
    const listed = async (): Promise<readonly ListedModel[]> => [{ id: 'boss', state: 'ready' }];
    expect(await reachTeam([model('boss', listed), model('default', listed)], asItIs)).toEqual([]);
    expect(await reachTeam([model('bos', listed)], asItIs)).toHaveLength(1);
  });

  it('X5: what is no failure of a model is thrown on', async () => {
    const broken = model('b', async () => {
      throw new TypeError('a fault of ours');
    });
    await expect(reachTeam([broken], options)).rejects.toThrow('a fault of ours');
  });
});
