import { ModelError, toModelError } from '@overseer/core/plugin';
import type { Model, ModelEvent, ModelRequest, Part } from '@overseer/core/spec';
import { type ConformanceRule, modelConformance } from '@overseer/core/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type MockService, startMockService } from '../mock-llm/index.ts';
import { openaiCompatible } from '../openai-compatible/index.ts';

/** A fault in the model of one scenario, and words of the one rule that must find it. */
interface Mutation {
  readonly rule: string;
  readonly model: string;
  readonly stream: (right: Model) => Model['stream'];
}

const events =
  (change: (event: ModelEvent) => ModelEvent): Mutation['stream'] =>
  (right) =>
    async function* (request, ctx) {
      for await (const event of right.stream(request, ctx)) yield change(event);
    };
const parts = (change: (part: Part) => Part): Mutation['stream'] =>
  events((event) => (event.type === 'part' ? { ...event, part: change(event.part) } : event));
const usage = (added: { readonly total?: number; readonly cacheWrite?: number }) =>
  events((event) => {
    if (event.type !== 'finish') return event;
    return { ...event, usage: { ...event.usage, input: { ...event.usage.input, ...added } } };
  });
/** Fails as it should, but calls it something else. */
const misnamed: Mutation['stream'] = (right) =>
  async function* (request, ctx) {
    try {
      yield* right.stream(request, ctx);
    } catch (error) {
      throw misnamedError(error);
    }
  };
function misnamedError(cause: unknown): ModelError {
  return new ModelError('content-filter', toModelError(cause).message, { cause });
}
const misread = (model: string, rule = `M18: ${model} fails`): Mutation => ({
  rule,
  model,
  stream: misnamed,
});
const reject = (): void => void Promise.reject(new Error('nobody listens'));

const mutations: readonly Mutation[] = [
  {
    rule: 'an answer is text deltas',
    model: 'm',
    stream: events((event) =>
      event.type === 'delta' ? { ...event, text: event.text + event.text } : event,
    ),
  },
  {
    rule: 'an answer carries why it stopped',
    model: 'm',
    stream: events((event) => (event.type === 'finish' ? { ...event, reason: 'other' } : event)),
  },
  {
    rule: 'rate-limit headers',
    model: 'm',
    stream: events((event) => (event.type === 'meta' ? { type: 'meta', model: 'm' } : event)),
  },
  { rule: 'usage totals include', model: 'm-cache', stream: usage({ total: 7 }) },
  { rule: 'counts of tokens are whole', model: 'm-cache', stream: usage({ cacheWrite: 1.5 }) },
  {
    rule: 'a tool call comes whole',
    model: 'm-tool',
    stream: parts((part) => (part.type === 'tool-call' ? { ...part, id: '' } : part)),
  },
  {
    rule: 'several tool calls at once',
    model: 'm-tools',
    stream: parts((part) => (part.type === 'tool-call' ? { ...part, id: 'one' } : part)),
  },
  {
    rule: 'reasoning comes apart',
    model: 'm-think',
    stream: parts((part) => (part.type === 'reasoning' ? { ...part, type: 'text' } : part)),
  },
  {
    rule: 'characters that the network cuts',
    model: 'm-unicode',
    stream: parts((part) =>
      part.type === 'text' ? { ...part, text: part.text.replace('ü', '\uFFFD\uFFFD') } : part,
    ),
  },
  {
    rule: 'an answer of 10 MB',
    model: 'm-large',
    stream: parts((part) =>
      part.type === 'text' ? { ...part, text: part.text.replace('mock', 'MOCK') } : part,
    ),
  },
  {
    rule: 'a reader who is slow',
    model: 'm-large',
    stream: (right) =>
      async function* (request, ctx) {
        const all: ModelEvent[] = [];
        let wake: () => void = () => undefined;
        const read = async (): Promise<void> => {
          for await (const event of right.stream(request, ctx)) {
            all.push(event);
            wake();
          }
        };
        let over = false;
        const reading = read().finally(() => {
          over = true;
          wake();
        });
        for (let at = 0; !over || at < all.length; ) {
          const event = all[at];
          if (event === undefined) await new Promise<void>((resolve) => (wake = resolve));
          else {
            at++;
            yield event;
          }
        }
        await reading;
      },
  },
  {
    rule: 'an abort after the end',
    model: 'm',
    stream: (right) => (request, ctx) => {
      ctx.signal.addEventListener('abort', reject);
      return right.stream(request, ctx);
    },
  },
  {
    rule: 'a stream that is left',
    model: 'm-slow',
    stream: (right) =>
      async function* (request, ctx) {
        // Without the `return()` that a loop would call.
        const inner = right.stream(request, ctx)[Symbol.asyncIterator]();
        for (let step = await inner.next(); step.done !== true; step = await inner.next()) {
          yield step.value;
        }
      },
  },
  {
    rule: 'breaks where nobody listens',
    model: 'cut',
    stream: (right) =>
      async function* (request, ctx) {
        try {
          yield* right.stream(request, ctx);
        } finally {
          reject();
        }
      },
  },
  {
    rule: 'an abort ends the call',
    model: 'm-slow',
    stream: events((event) => (event.type === 'delta' ? { ...event, kind: 'tool-input' } : event)),
  },
  {
    rule: 'a signal whose time is over',
    model: 'm-slow',
    stream: (right) =>
      async function* (request, ctx) {
        const until = performance.now() + 30;
        for await (const event of right.stream(request, ctx)) {
          if (performance.now() > until) throw new ModelError('server', 'enough');
          yield event;
        }
      },
  },
  {
    rule: 'through `ctx.fetch`',
    model: 'm',
    stream: (right) => (request: ModelRequest, ctx) =>
      right.stream(request, { signal: ctx.signal, ...(ctx.fetch && { fetch: ctx.fetch }) }),
  },
  ...['err-400', 'err-401', 'err-403', 'err-404', 'err-413'].map((model) => misread(model)),
  ...['err-429-2', 'err-500', 'err-503', 'err-529'].map((model) => misread(model)),
  {
    rule: 'a stream that just ends',
    model: 'trunc',
    stream: (right) =>
      async function* (request, ctx) {
        yield* right.stream(request, ctx);
        yield { type: 'finish', reason: 'stop', usage: { input: {}, output: {} } };
      },
  },
  misread('midstream', 'an error in mid-stream'),
  misread('cut', 'a lost connection'),
  misread('malformed', 'a piece that is no JSON'),
];

/** What `guard()` sees to for every adapter, whatever it does. */
const GUARDED = ['an abort before anything came', 'aborted already sends nothing'];

let service: MockService;
const ignore = (): void => undefined;
let listeners: NodeJS.UnhandledRejectionListener[] = [];
beforeAll(async () => {
  service = await startMockService();
  // Rejections that nobody handles are what some of the faults do.
  listeners = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection').on('unhandledRejection', ignore);
});
afterAll(async () => {
  process.off('unhandledRejection', ignore);
  for (const listener of listeners) process.on('unhandledRejection', listener);
  await service.close();
});

const closedEarly = (): number => service.requests.filter((one) => one.closedEarly).length;

function rulesFor(mutation?: Mutation): readonly ConformanceRule[] {
  return modelConformance({
    closedEarly,
    create: (name) => {
      const right = openaiCompatible(name, { baseURL: service.url });
      return mutation?.model === name ? { ...right, stream: mutation.stream(right) } : right;
    },
  });
}

async function broken(rules: readonly ConformanceRule[]): Promise<readonly string[]> {
  const failing: string[] = [];
  for (const { name, check } of rules) {
    // A machine that is busy may miss a bound of time once, where a fault breaks its rule each time.
    await check()
      .catch(check)
      .catch(() => failing.push(name));
  }
  return failing;
}

describe('the rules for models', () => {
  it('Q1: are each broken by a fault that breaks no other', { timeout: 60_000 }, async () => {
    expect(rulesFor().length).toBeGreaterThanOrEqual(15);
    expect(await broken(rulesFor())).toEqual([]);
    for (const mutation of mutations) {
      // Long answers take their time, and no fault of another model changes them.
      const rules = rulesFor(mutation).filter(
        ({ name }) => mutation.model === 'm-large' || !/10 MB|who is slow/.test(name),
      );
      const failing = await broken(rules);
      expect(failing, mutation.rule).toHaveLength(1);
      expect(failing[0]).toContain(mutation.rule);
    }
  });

  it('Q1: are all either kept by `guard()`, or broken by one of these faults', () => {
    const words = [...mutations.map(({ rule }) => rule), ...GUARDED];
    const names = rulesFor().map(({ name }) => name);
    expect(names.filter((name) => words.filter((one) => name.includes(one)).length !== 1)).toEqual(
      [],
    );
    expect(words).toHaveLength(names.length);
  });

  it('Q1: hold a model to what it says that it cannot do', async () => {
    const rules = modelConformance({
      create: (name) => openaiCompatible(name, { baseURL: service.url }),
      without: ['tools', 'fetch'],
    });
    // It can do both, and so answers neither with `unsupported`.
    expect(await broken(rules)).toEqual([
      expect.stringContaining('with tools is answered with the warning'),
      expect.stringContaining('brings a fetch is refused'),
    ]);
    const unplugged = modelConformance({
      create: (name) => openaiCompatible(name, { baseURL: service.url }),
      without: ['network'],
    });
    expect(await broken(unplugged)).toEqual([expect.stringContaining('what needs no network')]);
  });
});
