import { describe, expect, it } from 'vitest';
import type { RunState } from '../journal/run-state.ts';
import { SharedLimits } from '../limit/shared-limits.ts';
import { createFakeClock } from '../testing/fake-clock.ts';
import { GaugeSampler } from './gauge-sampler.ts';

function scene(samplers: Readonly<Record<string, () => number>>) {
  const clock = createFakeClock();
  const shared = new SharedLimits({ scopes: [], pools: [], project: 'p', models: new Map() });
  for (const gauge of Object.keys(samplers)) shared.gauges.meter('m', { gauge, below: 0.5 });
  const runs = new Map<string, RunState>();
  const settings = { clock, shared, samplers: new Map(Object.entries(samplers)) };
  let opened = 0;
  const changes: unknown[] = [];
  const sampler = new GaugeSampler(
    settings,
    { runs },
    () => {
      opened += 1;
    },
    (change) => changes.push(change),
  );
  return { clock, runs, sampler, gauges: shared.gauges, opened: () => opened, changes };
}

const running = { status: 'running' } as RunState;

describe('GaugeSampler', () => {
  it('L1: reads at once and twice a second while a run goes on, and tells when a limit opens', () => {
    let load = 1;
    const { clock, runs, sampler, gauges, opened } = scene({ load: () => load });
    runs.set('r', running);
    sampler.wake();
    sampler.wake();
    expect(gauges.reading('load')).toBe(1);
    expect(clock.pending).toBe(1);
    load = 0;
    clock.advance(5_000);
    expect(opened()).toBe(1);
    runs.clear();
    clock.advance(500);
    expect(clock.pending).toBe(0);
  });

  it('L1: reads no more once it is closed, and nothing where there is nothing to read', () => {
    const one = scene({ load: () => 0 });
    one.runs.set('r', running);
    one.sampler.wake();
    one.sampler.close();
    one.sampler.wake();
    expect(one.clock.pending).toBe(0);
    const none = scene({});
    none.runs.set('r', running);
    none.sampler.wake();
    expect(none.clock.pending).toBe(0);
  });

  it('L1: tells once of a gauge that cannot be read, and that it can be again', () => {
    let load = 0.5;
    const { clock, runs, sampler, changes, opened } = scene({ load: () => load });
    runs.set('r', running);
    sampler.wake();
    load = 50;
    clock.advance(5_000);
    expect(changes).toEqual([]);
    clock.advance(60_000);
    const because = 'what reads it gave 50; a reading is a part, from 0 to 1';
    expect(changes).toEqual([{ gauge: 'load', state: 'down', because }]);
    load = 0.1;
    clock.advance(1_000);
    expect(changes).toHaveLength(2);
    expect(changes[1]).toEqual({ gauge: 'load', state: 'up', because: 'it can be read again' });
    expect(opened()).toBe(1);
    sampler.close();
  });

  it('L1: a gauge that throws does not stop the others', () => {
    const broken = (): number => {
      throw new Error('no such file');
    };
    const { runs, sampler, gauges } = scene({ broken, load: () => 0.25 });
    runs.set('r', running);
    sampler.wake();
    expect(gauges.reading('broken')).toBeUndefined();
    expect(gauges.reading('load')).toBe(0.25);
    sampler.close();
  });
});
