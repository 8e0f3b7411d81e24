import { describe, expect, it } from 'vitest';
import { ModelError } from '../errors/model-error.ts';
import type { ListedModel, Model, ModelInfo } from '../spec/model.ts';
import { createFakeClock } from '../testing/fake-clock.ts';
import { fakeModel } from '../testing/fake-model.ts';
import { ServerLists } from './server-lists.ts';

interface Server {
  asked: number;
  answer: () => Promise<readonly ListedModel[]>;
}

const has =
  (...ids: readonly string[]) =>
  async (): Promise<readonly ListedModel[]> =>
    ids.map((id) => ({ id, state: 'ready' }));

function on(server: Server, id: string, info: Partial<ModelInfo> = {}): Model {
  return {
    ...fakeModel({ id, info: { server: 'http://there', ...info }, reply: () => ({ text: '' }) }),
    list: () => {
      server.asked += 1;
      return server.answer();
    },
  };
}

describe('the lists of servers', () => {
  it('M4: a check asks once for all who wait and all models of a server, and is kept for 60 s', async () => {
    const clock = createFakeClock();
    const lists = new ServerLists({ clock });
    const server = { asked: 0, answer: has('large', 'small-20260101') };
    const models = ['large', 'small', 'large'].map((id) => on(server, id));
    await Promise.all(models.map((model) => lists.verify(model)));
    expect(server.asked).toBe(1);
    clock.advance(59_999);
    expect(models.map((model) => lists.verify(model))).toEqual([undefined, undefined, undefined]);
    clock.advance(1);
    await lists.verify(on(server, 'large'));
    expect(server.asked).toBe(2);
  });

  it('M4: a wrong name fails with the names there are and the nearest, as often as it is asked', async () => {
    const lists = new ServerLists({ clock: createFakeClock() });
    const server = { asked: 0, answer: has('large', 'small') };
    for (const time of [1, 2]) {
      await expect(lists.verify(on(server, 'larg')), String(time)).rejects.toMatchObject({
        code: 'model.not-found',
        availableModels: ['large', 'small'],
        message: expect.stringContaining('did you mean "large"?'),
      });
    }
    expect(server.asked).toBe(1);
    await lists.verify(on(server, 'default'));
  });

  it('M4: what was forgotten is asked again; keys do not share a list', async () => {
    const lists = new ServerLists({ clock: createFakeClock() });
    const server: Server = { asked: 0, answer: has('large') };
    const model = on(server, 'small');
    await expect(lists.verify(model)).rejects.toThrow('small');
    server.answer = has('large', 'small');
    lists.forget(model);
    await lists.verify(model);
    await lists.verify(on(server, 'small', { keyId: 'other' }));
    expect(server.asked).toBe(3);
  });

  it('M4: what was forgotten while it was asked for is asked again, and the older answer undoes nothing', async () => {
    const lists = new ServerLists({ clock: createFakeClock() });
    const old = Promise.withResolvers<readonly ListedModel[]>();
    const server: Server = { asked: 0, answer: () => old.promise };
    const model = on(server, 'small');
    const before = lists.verify(model);
    lists.forget(model);
    server.answer = has('small', 'large');
    await lists.verify(model);
    expect(server.asked).toBe(2);
    old.resolve(await has('large')());
    await before;
    expect(lists.verify(model)).toBeUndefined();
    expect(lists.heard(model).model).toMatchObject({ id: 'small' });
    lists.forget(model);
    await lists.verify(model);
    expect(server.asked).toBe(3);
  });

  it('M4: an answer that was forgotten meanwhile judges no name, by what was known before or by itself', async () => {
    const lists = new ServerLists({ clock: createFakeClock() });
    const server: Server = { asked: 0, answer: has('large') };
    const model = on(server, 'new');
    await expect(lists.verify(model)).rejects.toMatchObject({ code: 'model.not-found' });
    lists.forget(model);
    const old = Promise.withResolvers<readonly ListedModel[]>();
    server.answer = () => old.promise;
    const [waits, looks] = [lists.verify(model), lists.look(model)];
    lists.forget(model);
    server.answer = has('large', 'new');
    old.resolve(await has('large')());
    await waits;
    expect(await looks).toMatchObject({ id: 'new' });
    expect(server.asked).toBe(3);
  });

  it('M4: a server that does not answer, or lists nothing, says nothing about a name', async () => {
    const clock = createFakeClock();
    const lists = new ServerLists({ clock });
    const server: Server = { asked: 0, answer: () => Promise.reject(new Error('gone')) };
    const model = on(server, 'large');
    await lists.verify(model);
    expect(lists.verify(model)).toBeUndefined();
    expect(lists.heard(model)).toMatchObject({ why: 'gone', listedAt: undefined });
    clock.advance(10_000);
    server.answer = () => new Promise(() => undefined);
    const hanging = lists.verify(model);
    expect(lists.heard(model).isAsked).toBe(true);
    await Promise.resolve();
    clock.advance(5_000);
    await hanging;
    expect(lists.heard(model).why).toContain('within 5 s');
    clock.advance(10_000);
    server.answer = has();
    await lists.verify(model);
    expect(server.asked).toBe(3);
    const { list: _, ...mute } = on(server, 'mute');
    expect(lists.verify(mute)).toBeUndefined();
  });

  it.each(['not-found', 'invalid', 'permission', 'auth', 'rate-limit', 'unsupported'] as const)(
    'M3 M4: a refusal to list, of kind %s, is an answer',
    async (kind) => {
      const lists = new ServerLists({ clock: createFakeClock(1_000) });
      const error = new ModelError(kind, 'no list');
      const model = on({ asked: 0, answer: () => Promise.reject(error) }, 'large');
      await expect(lists.look(model)).rejects.toBe(error);
      expect(lists.heard(model)).toMatchObject({
        listedAt: 1_000,
        failedAt: undefined,
        why: undefined,
      });
      expect(lists.verify(model)).toBeUndefined();
    },
  );

  it.each(['network', 'timeout', 'server', 'overloaded', 'protocol'] as const)(
    'M3: a failure to list, of kind %s, is none',
    async (kind) => {
      const lists = new ServerLists({ clock: createFakeClock(1_000) });
      const error = new ModelError(kind, 'gone');
      const model = on({ asked: 0, answer: () => Promise.reject(error) }, 'large');
      await expect(lists.look(model)).rejects.toBe(error);
      expect(lists.heard(model)).toMatchObject({
        listedAt: undefined,
        failedAt: 1_000,
        why: 'gone',
      });
    },
  );

  it('M3: a server that has no lists at all (501) is there', async () => {
    const lists = new ServerLists({ clock: createFakeClock(1_000) });
    const error = new ModelError('server', 'not implemented', { status: 501 });
    const model = on({ asked: 0, answer: () => Promise.reject(error) }, 'large');
    await expect(lists.look(model)).rejects.toBe(error);
    expect(lists.heard(model)).toMatchObject({ listedAt: 1_000, failedAt: undefined });
  });
});
