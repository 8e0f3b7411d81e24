import { describe, expect, it } from 'vitest';
import type { EventDraft } from './draft.ts';
import { place } from './history.fixture.ts';
import { JournalIndex } from './journal-index.ts';
import type { Spending } from './spending.ts';

const COST = { inputTokens: 3, outputTokens: 4, microUsd: 5 };

function started(run: string, more: { readonly user?: string; readonly tenant?: string } = {}) {
  return { type: 'run.started', run, data: { title: run, ...more } } as const;
}

function finished(run: string): EventDraft {
  const tokens = { inputTokens: 0, outputTokens: 0, microUsd: 0 };
  const usage = { calls: 0, failedCalls: 0, uncertainCalls: 0, ...tokens };
  return { type: 'run.finished', run, data: { status: 'completed', usage } };
}

function spent(run: string): EventDraft {
  const usage = { usage: { input: {}, output: {} }, durationMs: 1, parts: [] };
  return {
    type: 'call.finished',
    run,
    task: 't',
    call: 'c',
    data: { ...usage, reason: 'stop', settled: COST },
  };
}

function failed(run: string, uncertain: boolean): EventDraft {
  const data = {
    kind: 'server',
    message: 'down',
    retryable: true,
    settled: COST,
    uncertain,
  } as const;
  return { type: 'call.failed', run, task: 't', call: 'c', data };
}

const HISTORY: readonly EventDraft[] = [
  started('r1', { user: 'mia', tenant: 'acme' }),
  spent('r1'),
  started('r2', { user: 'ben' }),
  failed('r2', true),
  failed('r2', false),
  finished('r1'),
  started('r3', { tenant: 'acme' }),
  spent('r3'),
  spent('r2'),
  {
    type: 'budget.crossed',
    run: 'r3',
    data: { scope: 'tenant:acme', metric: 'calls', share: 0.5, used: 2, held: 0, capacity: 4 },
  },
  finished('r3'),
  spent('r2'),
];

/** The end of a run as the kernel writes it. */
function withTotals(draft: EventDraft, spending: Spending): EventDraft {
  if (draft.type !== 'run.finished') return draft;
  const scopes = [
    'project',
    'tenant:acme',
    ...(draft.run === 'r1' ? ['user:mia' as const] : []),
  ] as const;
  return { ...draft, data: { ...draft.data, spent: spending.soFar(scopes) } };
}

describe('Spending', () => {
  it('L6: counts for the project, the user and the tenant of a run, whatever is read again', () => {
    for (let cut = 0; cut <= HISTORY.length; cut++) {
      let index = new JournalIndex();
      for (const [at, draft] of HISTORY.entries()) {
        if (at === cut) index = JournalIndex.from(index.body()) ?? new JournalIndex();
        index.take(place(draft, at + 1));
      }
      const { spending } = index;
      expect(spending.of('project')).toEqual({ usd: 25, tokens: 35, calls: 5 });
      expect(spending.of('user:mia').calls).toBe(1);
      expect(spending.of('user:ben').calls).toBe(3);
      expect(spending.of('tenant:acme')).toEqual({ usd: 10, tokens: 14, calls: 2 });
      expect(spending.of('user:nobody').calls).toBe(0);
      expect(spending.isCrossed('tenant:acme', 'calls', 0.5, 4)).toBe(true);
      expect(spending.isCrossed('tenant:acme', 'calls', 0.5, 5)).toBe(false);
      expect(index.open).toEqual(['r2']);
    }
  });

  it('L6: is exact where of runs that are over only the end was kept', () => {
    const whole = new JournalIndex();
    const events = HISTORY.map((draft, at) => {
      const event = place(withTotals(draft, whole.spending), at + 1);
      whole.take(event);
      return event;
    });
    const kept = events.filter(({ run, type }) => run === 'r2' || type === 'run.finished');
    const rest = new JournalIndex();
    for (const event of kept) rest.take(event);
    for (const scope of ['project', 'user:mia', 'user:ben', 'tenant:acme'] as const) {
      expect(rest.spending.of(scope)).toEqual(whole.spending.of(scope));
    }
    expect(rest.spending.of('project').calls).toBe(5);
  });

  it('L6: figures that are no amounts do not spoil the sums', () => {
    const { spending } = new JournalIndex();
    for (const microUsd of [Number.NaN, -5, 0.5, Number.POSITIVE_INFINITY]) {
      const draft = spent('r1') as Extract<EventDraft, { type: 'call.finished' }>;
      const settled = { ...COST, microUsd };
      spending.take(place({ ...draft, data: { ...draft.data, settled } }));
    }
    expect(spending.of('project')).toEqual({ usd: 1 + 2 ** 50, tokens: 28, calls: 4 });
  });

  it('L6: a snapshot of another form is none', () => {
    const body = new JournalIndex().body() as Readonly<Record<string, never>>;
    expect(JournalIndex.from(body)).toBeDefined();
    expect(JournalIndex.from({ ...body, parents: [['a']] })).toBeUndefined();
    expect(JournalIndex.from({ ...body, spending: null })).toBeUndefined();
    for (const [part, wrong] of [
      ['runs', [[]]],
      ['runs', [[1]]],
      ['spent', [['project', 1, 2]]],
      ['spent', [['project', 1, 2, '3']]],
      ['crossed', [1]],
    ] as const) {
      const spending = { runs: [], spent: [], crossed: [], [part]: wrong };
      expect(JournalIndex.from({ ...body, spending })).toBeUndefined();
    }
  });
});

describe('JournalIndex', () => {
  it('L6: a run that is over counts as open while one below it goes on', () => {
    const index = new JournalIndex();
    const below = (run: string, parent: string): EventDraft => {
      return { type: 'run.started', run, data: { title: run, parent: { run: parent, task: 't' } } };
    };
    for (const draft of [started('top'), below('middle', 'top'), below('low', 'middle')]) {
      index.take(place(draft));
    }
    for (const run of ['top', 'middle']) index.take(place(finished(run)));
    expect(new Set(JournalIndex.from(index.body())?.open)).toEqual(
      new Set(['low', 'middle', 'top']),
    );
    index.take(place(finished('low')));
    expect(index.open).toEqual([]);
    expect(index.body()).toMatchObject({ parents: [] });
  });
});
