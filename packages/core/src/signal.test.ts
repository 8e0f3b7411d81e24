import { getEventListeners } from 'node:events';
import { expect, it, onTestFinished } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import { memory } from './journal/memory-store.ts';
import { mortalDisk, until } from './mortal-disk.fixture.ts';
import type { OverseerOptions } from './options.ts';
import type { WorkspaceProvider } from './spec/workspace.ts';
import { fakeModel } from './testing/fake-model.ts';

const quick = fakeModel({ reply: () => ({ text: 'done' }) });
const slow = fakeModel({ reply: () => ({ text: 'late', delayMs: 60_000 }) });
const team = (model = quick): OverseerOptions => ({ overseer: 'a', models: { a: { model } } });
const tasks = [{ instruction: 'x' }];

it('K6: a signal that has aborted opens nothing', async () => {
  let opened = 0;
  const store = async () => {
    opened += 1;
    return await memory()();
  };
  const signal = AbortSignal.abort(new Error('enough'));
  await expect(createOverseer({ ...team(), store, signal })).rejects.toMatchObject({
    code: 'overseer.aborted',
    cause: expect.objectContaining({ message: 'enough' }),
  });
  expect(opened).toBe(0);
});

it('K6: a signal that aborts while workspaces are prepared ends that, and lets go of plugins', async () => {
  const controller = new AbortController();
  const disposed: string[] = [];
  const prepare = (signal: AbortSignal): Promise<void> =>
    new Promise((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason));
      controller.abort();
    });
  const opening = createOverseer({
    ...team(),
    workspaces: { spec: 'workspace/1', prepare } as unknown as WorkspaceProvider,
    plugins: [
      { spec: 'plugin/1', name: 'p', setup: () => ({ dispose: () => void disposed.push('p') }) },
    ],
    signal: controller.signal,
  });
  await expect(opening).rejects.toMatchObject({ code: 'overseer.aborted' });
  expect(disposed).toEqual(['p']);
});

it('K6: a signal that aborts while the store opens leaves it free for the next', async () => {
  const disk = mortalDisk();
  const controller = new AbortController();
  const store = () => {
    controller.abort();
    return disk.open();
  };
  const { signal } = controller;
  await expect(createOverseer({ ...team(), store, signal })).rejects.toMatchObject({
    code: 'overseer.aborted',
  });
  await using next = await createOverseer({ ...team(), store: disk.open });
  expect(await next.run({ tasks }).result).toMatchObject({ status: 'completed' });
});

it('K6: afterwards the signal closes the overseer, and leaves its runs to be resumed', async () => {
  const controller = new AbortController();
  const { signal } = controller;
  const store = memory();
  const overseer = await createOverseer({ ...team(slow), graceMs: 1, store, signal });
  const run = overseer.run({ tasks });
  await until(() => slow.requests.length > 0);
  controller.abort();
  expect(await run.result).toMatchObject({ status: 'stopped' });
  await overseer.close();
  expect(() => overseer.unfinished()).toThrow(expect.objectContaining({ code: 'overseer.closed' }));
  await using next = await createOverseer({ ...team(), store });
  expect(next.unfinished()).toHaveLength(1);
});

it('K6: an overseer that was closed hears no signal any more', async () => {
  const { signal } = new AbortController();
  const overseer = await createOverseer({ ...team(), signal });
  expect(getEventListeners(signal, 'abort')).toHaveLength(1);
  await overseer.close();
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
});

it('K6: the signal of a run cancels it and no other, down to the socket', async () => {
  const controller = new AbortController();
  const hangs = fakeModel({ reply: () => ({ text: 'late', delayMs: 60_000 }) });
  await using overseer = await createOverseer({
    overseer: 'a',
    models: { a: { model: hangs, goodAt: ['write'] }, b: { model: quick } },
  });
  const { signal } = controller;
  const run = overseer.run({ tasks: [{ instruction: 'x', kind: 'write' }] }, { signal });
  const other = overseer.run({ tasks: [{ instruction: 'x', kind: 'code' }] });
  await until(() => hangs.requests.length === 1);
  controller.abort(new Error('no more'));
  expect(await run.result).toMatchObject({
    status: 'stopped',
    reason: 'cancelled by its signal: no more',
  });
  expect(await other.result).toMatchObject({ status: 'completed' });
});

it('K6: a run whose signal has aborted calls nobody', async () => {
  const model = fakeModel({ reply: () => ({ text: 'x' }) });
  await using overseer = await createOverseer(team(model));
  const run = overseer.run({ tasks }, { signal: AbortSignal.abort('enough') });
  expect(await run.result).toMatchObject({
    status: 'stopped',
    reason: 'cancelled by its signal: enough',
  });
  expect(model.requests).toEqual([]);
});

it('K6: a thousand runs on one signal leave no listener and no warning', async () => {
  const warnings: Error[] = [];
  const note = (warning: Error): void => void warnings.push(warning);
  process.on('warning', note);
  onTestFinished(() => void process.off('warning', note));
  const { signal } = new AbortController();
  await using overseer = await createOverseer({ ...team(), signal });
  const runs = Array.from({ length: 1_000 }, () => overseer.run({ tasks }, { signal }));
  expect(getEventListeners(signal, 'abort')).toHaveLength(1);
  const ends = await Promise.all(runs.map(({ result }) => result));
  expect(new Set(ends.map(({ status }) => status))).toEqual(new Set(['completed']));
  await new Promise((resolve) => setImmediate(resolve));
  expect(warnings).toEqual([]);
  await overseer.close();
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
});
