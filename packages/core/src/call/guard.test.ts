import { describe, expect, it } from 'vitest';
import { ModelError } from '../errors/model-error.ts';
import { PUSH, type PushStream } from '../internal/push-stream.ts';
import type { Model, ModelEvent, ModelRequest } from '../spec/model.ts';
import { generate } from './generate.ts';
import { guard } from './guard.ts';

const REQUEST: ModelRequest = { messages: [] };
const DELTA: ModelEvent = { type: 'delta', index: 0, kind: 'text', text: 'Hel' };
const PART: ModelEvent = { type: 'part', index: 0, part: { type: 'text', text: 'Hello' } };
const FINISH: ModelEvent = { type: 'finish', reason: 'stop', usage: { input: {}, output: {} } };

function model(stream: Model['stream']): Model {
  const can = { tools: true, json: 'none', reasoning: false, image: false } as const;
  return { spec: 'model/1', info: { id: 'm', provider: 'test', can }, stream };
}

/** The same events, iterated and pushed. */
function ways(events: readonly (ModelEvent | Error)[]): readonly (readonly [string, Model])[] {
  const iterated = model(async function* () {
    for (const event of events) {
      if (event instanceof Error) throw event;
      yield event;
    }
  });
  const pushed = model(
    (): PushStream => ({
      [PUSH]: (sink) => {
        for (const event of events) {
          if (event instanceof Error) sink.end(event);
          else sink.event(event);
        }
        sink.end();
        return { stop: () => undefined, pause: () => undefined, resume: () => undefined };
      },
      [Symbol.asyncIterator]: () => {
        throw new Error('not iterated');
      },
    }),
  );
  return [
    ['iterated', iterated],
    ['pushed', pushed],
  ];
}

async function failure(call: Promise<unknown>): Promise<ModelError> {
  const error: unknown = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ModelError)) throw new Error(`no ModelError: ${String(error)}`);
  return error;
}

function open(): { readonly signal: AbortSignal } {
  return { signal: new AbortController().signal };
}

describe('generate', () => {
  it.each(ways([DELTA, PART, FINISH]))('M8: drains a stream that is %s', async (_, one) => {
    const seen: string[] = [];
    const response = await generate(one, REQUEST, open(), ({ type }) => seen.push(type));
    expect(response).toMatchObject({ text: 'Hello', reason: 'stop', warnings: [] });
    expect(seen).toEqual(['delta', 'part', 'finish']);
  });

  it.each(ways([PART, FINISH, PART, FINISH]))(
    'M8: a %s stream has one finish, and it is last',
    async (_, one) => {
      expect((await generate(one, REQUEST, open())).parts).toHaveLength(1);
    },
  );

  it.each(ways([DELTA]))(
    'M18: a %s stream that just stops is interrupted, and keeps its text',
    async (_, one) => {
      const error = await failure(generate(one, REQUEST, open()));
      expect(error).toMatchObject({ kind: 'interrupted', retryable: true });
      expect(error.message).toContain('test/m');
      const meta = { overseer: { partial: true } };
      expect(error.partial).toEqual([{ type: 'text', text: 'Hel', meta }]);
    },
  );

  it.each(ways([PART, new TypeError('what?')]))(
    'M18: whatever a %s stream throws is a ModelError',
    async (_, one) => {
      const error = await failure(generate(one, REQUEST, open()));
      expect(error.kind).toBe('protocol');
      expect(error.partial).toHaveLength(1);
    },
  );

  const input: ModelEvent = { type: 'delta', index: 0, kind: 'tool-input', text: '{"pa' };
  it.each(ways([input, new ModelError('network', 'cut', { providerCode: 'ECONNRESET' })]))(
    'M18 L7: a connection lost in the middle of a %s answer is interrupted, and the answer had begun',
    async (_, one) => {
      const error = await failure(generate(one, REQUEST, open()));
      expect(error).toMatchObject({ kind: 'interrupted', begun: true, partial: [] });
      expect(error).toMatchObject({ retryable: true, providerCode: 'ECONNRESET' });
      expect(error.message).toContain('test/m');
    },
  );

  it.each(ways([{ type: 'progress', phase: 'load' }, new ModelError('network', 'gone')]))(
    'M18 L7: progress that is %s begins no answer',
    async (_, one) => {
      const error = await failure(generate(one, REQUEST, open()));
      expect(error).toMatchObject({ kind: 'network', begun: false });
    },
  );

  it('M18: an adapter that throws before it streams is caught too', async () => {
    const broken = model(() => {
      throw new ModelError('auth', 'no key');
    });
    expect((await failure(generate(broken, REQUEST, open()))).kind).toBe('auth');
  });

  it('M9: collects what meta events tell', async () => {
    const [, one] = ways([
      { type: 'meta', requestId: 'r', warnings: [{ kind: 'other', what: 'a' }] },
      { type: 'meta', responseId: 'x', model: 'm-1', warnings: [{ kind: 'other', what: 'b' }] },
      FINISH,
    ])[0] ?? ['', model(() => [] as never)];
    const response = await generate(one, REQUEST, open());
    expect(response).toMatchObject({ requestId: 'r', responseId: 'x', model: 'm-1' });
    expect(response.warnings.map(({ what }) => what)).toEqual(['a', 'b']);
  });

  it('M9: times nothing: whoever needs that has the events, and a clock of their own', async () => {
    const text = { type: 'text', text: 'hi' } as const;
    const [, one] = ways([{ type: 'part', index: 0, part: text }, FINISH])[0] ?? [];
    const response = await generate(one ?? model(() => [] as never), REQUEST, open());
    expect(Object.keys(response).toSorted()).toEqual([
      'parts',
      'reason',
      'text',
      'usage',
      'warnings',
    ]);
  });
});

describe('guard', () => {
  it('K6: an abort ends a call whose adapter does not listen, and tells it to clean up', async () => {
    let cleaned = false;
    const deaf = model(() => ({
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise<never>(() => undefined),
        return: () => {
          cleaned = true;
          return Promise.resolve({ done: true as const, value: undefined });
        },
      }),
    }));
    const controller = new AbortController();
    const call = generate(deaf, REQUEST, { signal: controller.signal });
    controller.abort();
    expect((await failure(call)).kind).toBe('aborted');
    expect(cleaned).toBe(true);
  });

  it('K6: an abort between two events fails the next step', async () => {
    const controller = new AbortController();
    const [, endless] = ways([DELTA, DELTA, DELTA])[0] ?? ['', model(() => [] as never)];
    const iterator = guard(endless, REQUEST, { signal: controller.signal })[Symbol.asyncIterator]();
    await iterator.next();
    controller.abort(new DOMException('over', 'TimeoutError'));
    expect((await failure(iterator.next())).kind).toBe('timeout');
  });

  it('M8: leaving the loop closes the stream', async () => {
    let closed = false;
    const one = model(async function* () {
      try {
        yield DELTA;
        yield DELTA;
      } finally {
        closed = true;
      }
    });
    for await (const _ of guard(one, REQUEST, open())) break;
    await Promise.resolve();
    expect(closed).toBe(true);
  });

  it('O3: leaves no listener on a signal that outlives the call', async () => {
    const { signal } = open();
    let listeners = 0;
    const { addEventListener, removeEventListener } = signal;
    signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
      listeners++;
      addEventListener.apply(signal, args);
    };
    signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
      listeners--;
      removeEventListener.apply(signal, args);
    };
    for (const [, one] of [...ways([PART, FINISH]), ...ways([DELTA])]) {
      await generate(one, REQUEST, { signal }).catch(() => undefined);
    }
    expect(listeners).toBe(0);
  });
});
