import { describe, expect, it } from 'vitest';
import type { EventDraft } from '../journal/draft.ts';
import { foldRun, type Runs } from '../journal/fold-run.ts';
import { place, planTask } from '../journal/history.fixture.ts';
import type { OverseerEvent } from '../spec/event.ts';
import { begun, called, done, ended, verdict, wrong } from './attempt-events.fixture.ts';
import { RoutingMemory } from './routing-memory.ts';
import { routingOf } from './routing-options.ts';

const routing = routingOf({ mode: 'cascade', usdPerAttempt: 0.000_001 });
const refused = (attempt: string, model?: string): readonly EventDraft[] => [
  ...begun(attempt, model),
  ...called(attempt),
  verdict(attempt, wrong),
  ended(attempt, 'rejected'),
];
const history: readonly OverseerEvent[] = [
  { type: 'run.started', run: 'r', data: { title: 'Run' } } as const,
  { type: 'plan.accepted', run: 'r', data: { by: 'host', tasks: [planTask('t', [])] } } as const,
  ...refused('a'),
  ...refused('b'),
  { type: 'practice.noted', data: { model: 'fake/m', note: 'Be brief.', by: 'mia' } } as const,
  ...begun('c', 'better'),
  ...called('c'),
  done('c'),
].map((draft, index) => place(draft, index + 1));

describe('RoutingMemory', () => {
  it('M14 M16 L8: learns quality, repairs, gains, practices and the price of money', () => {
    const memory = new RoutingMemory(routing);
    replay(memory, history);
    expect(memory.quality.outcomes).toBe(3);
    expect(memory.gains.list()).toMatchObject([{ gain: 1 }]);
    expect(memory.practices.of('fake/m', 'code')).toMatchObject({
      attempts: 2,
      findings: [{ pattern: 'wrong', times: 2, repairedByOther: 1 }],
      notes: [{ note: 'Be brief.' }],
    });
    expect(memory.lambda).toBeGreaterThan(1);
    expect(memory.speed.of('fake/better')).toBe(5);
    expect(memory.afterRefusal('fake/m', 'code', true, 0.8)).toBeLessThan(0.48);
    expect(memory.afterRefusal('fake/better', 'code', false, 0.8)).toBeGreaterThan(0.68);
  });

  it('M14 R2 R8: knows the same from a snapshot at any event and the events around it', async () => {
    const whole = new RoutingMemory(routing);
    replay(whole, history);
    for (let seq = 0; seq <= history.length; seq++) {
      const before = new RoutingMemory(routing);
      replay(before, history.slice(0, seq));
      const after = new RoutingMemory(routing);
      await after.restore(await before.body(), seq);
      replay(after, history);
      expect(await after.body(), `snapshot at ${seq}`).toEqual(await whole.body());
    }
  });
});

function replay(memory: RoutingMemory, events: readonly OverseerEvent[]): void {
  const runs: Runs = new Map();
  for (const event of events) {
    foldRun(runs, event);
    memory.take(event, runs.get(event.run ?? '')?.tasks.get(event.task ?? ''));
  }
}
