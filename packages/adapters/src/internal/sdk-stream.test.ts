import { type EventSink, PUSH, type PushHandle } from '@overseer/core/plugin';
import type { ModelEvent } from '@overseer/core/spec';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { AnswerReader } from './answer-body.ts';
import { IdleWatch } from './idle-watch.ts';
import { OpenAiAnswerReader } from './openai-answer-reader.ts';
import { type SdkCall, sdkStream } from './sdk-stream.ts';
import { slowBody } from './slow-body.fixture.ts';

const HI = 'data: {"id":"c","model":"m","choices":[{"delta":{"content":"Hi"}}]}\n\n';
const STOP = 'data: {"id":"c","model":"m","choices":[{"delta":{},"finish_reason":"stop"}]}\n\n';

interface Started {
  readonly handle: PushHandle;
  readonly seen: readonly ModelEvent[];
  /** What `end` got. */
  readonly ended: Promise<unknown>;
}

/** Starts a call whose `open` gives this answer and does not listen to its signal. */
function start(
  open: SdkCall['open'],
  {
    idleMs = 60_000,
    reader = (from, onto) => new OpenAiAnswerReader(from, onto),
  }: { readonly idleMs?: number; readonly reader?: SdkCall['reader'] } = {},
): Started {
  const seen: ModelEvent[] = [];
  const ended = Promise.withResolvers<unknown>();
  const sink: EventSink = { event: (event) => seen.push(event), end: ended.resolve };
  const stream = sdkStream({
    ctx: { signal: new AbortController().signal },
    where: 'openai/m',
    watch: new IdleWatch(idleMs),
    warnings: [],
    open,
    reader,
    explain: async (error) => error,
  });
  return { handle: stream[PUSH](sink), seen, ended: ended.promise };
}

const soon = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

afterEach(() => vi.useRealTimers());

describe('a stream through an SDK', () => {
  it('M9: gives what came in order, ends with [DONE], and reads over what is left', async () => {
    const body = slowBody();
    const { seen, ended } = start(async () => body.response());
    await soon();
    body.send(HI);
    body.send(`${STOP}data: [DONE]\n\n${HI}`);
    expect(await ended).toBeUndefined();
    expect(seen.map(({ type }) => type)).toEqual(['meta', 'delta', 'part', 'finish']);
    body.send(HI);
    body.end();
    await soon();
    expect([seen.length, body.cancelled()]).toEqual([4, false]);
  });

  it('M9: gives a body up that goes on, or only stays open, a second after its answer was whole', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
    for (const more of [HI, '']) {
      const body = slowBody();
      const { seen, ended } = start(async () => body.response());
      await soon();
      body.send(`${HI}${STOP}data: [DONE]\n\n`);
      expect(await ended).toBeUndefined();
      for (let passed = 0; passed < 1000; passed += 250) {
        expect(body.cancelled()).toBe(false);
        body.send(more);
        await soon();
        vi.advanceTimersByTime(250);
      }
      await soon();
      expect([body.cancelled(), seen.length]).toEqual([true, 4]);
    }
  });

  it('K6: gives its body up when it is stopped, although no signal reaches it, and asks for no more', async () => {
    const body = slowBody();
    const { handle, seen } = start(async () => body.response());
    await soon();
    body.send(HI);
    await soon();
    handle.stop();
    const pulls = body.pulls();
    await soon();
    expect([body.cancelled(), body.pulls()]).toEqual([true, pulls]);
    expect(seen.map(({ type }) => type)).toEqual(['meta', 'delta']);
  });

  it('K6: gives up a body that comes after it was stopped', async () => {
    const body = slowBody();
    const opened = Promise.withResolvers<Response>();
    const { handle, seen } = start(() => opened.promise);
    handle.stop();
    opened.resolve(body.response());
    await soon();
    expect([body.cancelled(), seen.length]).toEqual([true, 0]);
  });

  it('K6: gives up a body that it cannot read, whatever its cancelling says', async () => {
    const body = slowBody(() => Promise.reject(new Error('not now')));
    const { ended } = start(async () => body.response());
    await soon();
    body.send('data: {bad\n\n');
    expect(await ended).toMatchObject({ kind: 'protocol' });
    await soon();
    expect(body.cancelled()).toBe(true);
  });

  it('M9: gives up a body that has gone silent', async () => {
    const body = slowBody();
    const { ended } = start(async () => body.response(), { idleMs: 20 });
    await soon();
    body.send(HI);
    expect(await ended).toMatchObject({ kind: 'timeout' });
    expect(body.cancelled()).toBe(true);
  });

  it('M9: asks for nothing while it is paused, and goes on where it was', async () => {
    const body = slowBody();
    const { handle, seen, ended } = start(async () => body.response());
    await soon();
    handle.pause();
    body.send(HI);
    await soon();
    const pulls = body.pulls();
    body.send(HI);
    await soon();
    expect([seen.length, body.pulls()]).toEqual([2, pulls]);
    handle.resume();
    body.send(`${STOP}data: [DONE]\n\n`);
    expect(await ended).toBeUndefined();
    expect(seen.filter(({ type }) => type === 'delta').length).toBe(2);
  });

  it('K6: gives up a body that is stopped while it is paused', async () => {
    const body = slowBody();
    const { handle } = start(async () => body.response());
    await soon();
    handle.pause();
    body.send(HI);
    await soon();
    handle.stop();
    await soon();
    expect(body.cancelled()).toBe(true);
  });

  it('M18: ends with a failure where the end of an answer cannot be read', async () => {
    const body = slowBody();
    const reader = (): AnswerReader => ({
      event: () => true,
      whole: () => undefined,
      end: () => {
        throw new TypeError('no parts');
      },
    });
    const { seen, ended } = start(async () => body.response(), { reader });
    await soon();
    body.send(HI);
    expect(await ended).toMatchObject({ code: 'model.protocol' });
    await soon();
    expect([body.cancelled(), seen.length]).toEqual([true, 0]);
  });

  it('M18: ends with what the SDK threw, and without a finish where the body just ends', async () => {
    const failed = start(() => Promise.reject(Object.assign(new Error('no'), { status: 500 })));
    expect(await failed.ended).toMatchObject({ kind: 'server', status: 500 });
    const body = slowBody();
    const cut = start(async () => body.response());
    await soon();
    body.send(HI);
    body.end();
    expect(await cut.ended).toBeUndefined();
    expect(cut.seen.map(({ type }) => type)).toEqual(['meta', 'delta']);
  });
});
