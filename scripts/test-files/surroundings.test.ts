import { describe, expect, it } from 'vitest';
import { seen, surroundings } from './surroundings.ts';

const own = {
  cwd: () => '/a',
  umask: () => 0o22,
  exitCode: undefined,
  listenerCount: () => 0,
  env: { A: '1' },
};

describe('surroundings', () => {
  it('Q6: differ in nothing where nothing changed', () => {
    const globals = { fetch: () => undefined };
    expect(seen(surroundings(own, globals), surroundings(own, globals))).toEqual([]);
  });

  it.each([
    ['folder', { ...own, cwd: () => '/b' }, {}],
    ['umask', { ...own, umask: () => 0 }, {}],
    ['exit code', { ...own, exitCode: 1 }, {}],
    [
      'listeners of SIGINT',
      { ...own, listenerCount: (e: string | symbol) => (e === 'SIGINT' ? 1 : 0) },
      {},
    ],
    ['variable A', { ...own, env: { A: '2' } }, {}],
    ['variable B', { ...own, env: { A: '1', B: '' } }, {}],
    ['variable A', { ...own, env: {} }, {}],
    ['global x', own, { x: 1 }],
  ])('Q6: %s is told when it changes', (name, changed, globals) => {
    expect(seen(surroundings(own, {}), surroundings(changed, globals))).toEqual([name]);
  });

  it.each(['__vitest_worker__', '__zod_globalRegistry'])('Q6: %s is not told', (name) => {
    expect(seen(surroundings(own, {}), surroundings(own, { [name]: 1 }))).toEqual([]);
  });
});
