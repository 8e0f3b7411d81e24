import { describe, expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import { ModelError } from './errors/model-error.ts';
import type { ListedModel, Model } from './spec/model.ts';
import { createFakeClock } from './testing/fake-clock.ts';
import { fakeModel } from './testing/fake-model.ts';

const done = (id: string): Model => fakeModel({ id, reply: () => ({ text: 'done' }) });

/** A model that fails each call, on a server that notes in `asked` who was asked for its list. */
function listed(
  name: string,
  server: string,
  asked: string[],
  answer: () => Promise<readonly ListedModel[]> = async () => [],
): Model {
  const failing = fakeModel({ id: name, reply: () => ({ error: new ModelError('auth', 'no') }) });
  return {
    ...failing,
    info: { ...failing.info, server, keyId: 'k' },
    list: () => {
      asked.push(name);
      return answer();
    },
  };
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
}

async function soon(check: () => boolean): Promise<void> {
  for (let turn = 0; turn < 500 && !check(); turn++) await new Promise(setImmediate);
  expect(check()).toBe(true);
}

describe('servers that are asked how they are', () => {
  it('M3 M4: the second model of a server that goes down has it asked, soon', async () => {
    const clock = createFakeClock();
    const asked: string[] = [];
    const first = { ...listed('first', 'http://there', asked), stream: done('first').stream };
    const second = listed('second', 'http://there', asked);
    const apart: Model = { ...second, info: { ...second.info, keyId: 'k' } };
    await using overseer = await createOverseer({
      overseer: 'boss',
      models: { boss: { model: done('boss') }, first: { model: first }, second: { model: apart } },
      healthChecks: { everyMs: 3_600_000 },
      clock,
      random: () => 0.5,
    });
    const run = overseer.run({ tasks: [{ instruction: 'a', model: 'second' }] });
    await soon(() => overseer.models()[2]?.readiness === 'down');
    expect(asked).toEqual([]);
    clock.advance(1_000);
    await turns();
    expect(asked).toHaveLength(1);
    await run.cancel('enough');
  });

  it('M3 M4: while a round over servers that hang goes on, one that goes down is asked next', async () => {
    const clock = createFakeClock();
    const asked: string[] = [];
    const hanging = (): Promise<never> => new Promise(() => undefined);
    const names = Array.from({ length: 12 }, (_, nth) => `dead-${nth}`);
    const dead = names.map((name) => [
      name,
      { model: listed(name, `http://${name}`, asked, hanging) },
    ]);
    const worker = listed('worker', 'http://worker', asked);
    await using overseer = await createOverseer({
      overseer: 'boss',
      models: {
        boss: { model: done('boss') },
        ...Object.fromEntries(dead),
        worker: { model: worker },
      },
      healthChecks: { everyMs: 10_000 },
      clock,
      random: () => 0.5,
    });
    clock.advance(10_000);
    await turns();
    expect(asked).toHaveLength(4);
    const run = overseer.run({ tasks: [{ instruction: 'a', model: 'worker' }] });
    await soon(() => overseer.models().at(-1)?.work.state === 'error');
    clock.advance(1_000);
    await turns();
    expect(asked).toHaveLength(4);
    // The first four are given up after 5 s.
    clock.advance(4_000);
    await turns();
    expect(asked.slice(4, 6)).toEqual(['worker', 'dead-4']);
    await run.cancel('enough');
  });

  it('M3 M4: what waits to be asked is asked once, however many rounds come meanwhile', async () => {
    const clock = createFakeClock();
    const asked: string[] = [];
    const hanging = (): Promise<never> => new Promise(() => undefined);
    const names = Array.from({ length: 9 }, (_, nth) => `dead-${nth}`);
    const dead = names.map((name) => [
      name,
      { model: listed(name, `http://${name}`, asked, hanging) },
    ]);
    await using overseer = await createOverseer({
      overseer: 'boss',
      models: { boss: { model: done('boss') }, ...Object.fromEntries(dead) },
      healthChecks: { everyMs: 1_000 },
      clock,
      random: () => 0.5,
    });
    clock.advance(1_000);
    await turns();
    clock.advance(3_500);
    await turns();
    expect(asked).toEqual(names.slice(0, 4));
    expect(overseer.models()[1]).toMatchObject({ connection: { state: 'connecting' } });
    clock.advance(2_600);
    await turns();
    expect(asked).toEqual(names.slice(0, 8));
  });
});
