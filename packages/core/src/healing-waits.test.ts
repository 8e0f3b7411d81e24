import { describe, expect, it, onTestFinished } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import {
  eventsOf,
  saysValidator,
  storyOf,
  wayfinder,
  wayTask,
  wordsOf,
} from './healing.fixture.ts';
import { inTime } from './mortal-disk.fixture.ts';
import type { OverseerEvent } from './spec/event.ts';
import { createFakeClock, type FakeClock } from './testing/fake-clock.ts';
import { fakeModel } from './testing/fake-model.ts';
import { saidBy, workersPlace } from './workers.fixture.ts';

const MINUTE = 60_000;
const GRAPH = {
  tasks: [1, 2, 3].map((at) => ({ key: `t${at}`, instruction: 'Work.', kind: 'code' as const })),
};

async function advance(clock: FakeClock, ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= MINUTE) {
    clock.advance(MINUTE);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function diagnoses(events: readonly OverseerEvent[]) {
  return events.flatMap((event) => (event.type === 'task.diagnosed' ? [event.data] : []));
}

describe('tasks that wait for what does not come by itself', () => {
  it('K10 R2: a pool without places is told once, with what to do, and all goes on once it has some', async () => {
    const clock = createFakeClock();
    await using overseer = await createOverseer({
      overseer: 'a',
      models: { a: { model: fakeModel({ reply: () => ({ text: 'done' }) }) } },
      workers: { code: 0 },
      healing: true,
      clock,
    });
    const run = overseer.run(GRAPH);
    await advance(clock, 25 * MINUTE);
    expect((await overseer.failures(run.id)).diagnoses).toBeUndefined();
    await advance(clock, 120 * MINUTE);
    const { diagnoses: told = [] } = await overseer.failures(run.id);
    expect(told).toMatchObject([
      {
        task: 't1',
        action: 'none',
        diagnosis: {
          kind: 'stuck',
          likely: 'environment',
          because: expect.stringMatching(
            /waited for \d+ min: no tasks of kind code may be .*; 2 more of its run/,
          ),
          remedy: expect.stringContaining('setWorkers'),
        },
      },
    ]);
    overseer.setWorkers({ workers: { code: 1 } });
    expect(await inTime(clock, run.result)).toMatchObject({ status: 'completed' });
    expect(diagnoses(await eventsOf(run))).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });

  it('K10 R2: a gauge that does not fall, and models that nothing makes free, are told', async () => {
    const clock = createFakeClock();
    await using busy = await createOverseer({
      overseer: 'a',
      models: {
        a: {
          model: fakeModel({ reply: () => ({ text: 'done' }) }),
          limits: [{ gauge: 'disk', below: 0.5 }],
        },
      },
      gauges: { disk: () => 0.9 },
      healing: true,
      clock,
    });
    const run = busy.run(GRAPH);
    await advance(clock, 60 * MINUTE);
    const { diagnoses: told = [] } = await busy.failures(run.id);
    expect(told).toHaveLength(1);
    expect(told[0]?.diagnosis.because).toMatch(/disk/);
    expect(told[0]?.diagnosis.remedy).toMatch(/what else uses disk/);
    await using shut = await createOverseer({
      overseer: 'a',
      models: { a: { model: fakeModel({ reply: () => ({ text: 'done' }) }) } },
      healing: true,
      clock,
    });
    shut.setWorkers({ models: { a: 0 } });
    const other = shut.run(GRAPH);
    await advance(clock, 60 * MINUTE);
    expect((await shut.failures(other.id)).diagnoses).toMatchObject([
      { action: 'none', diagnosis: { because: expect.stringContaining('no model may take it') } },
    ]);
  });

  it('K10: what waits for a window, or behind others, is left alone', async () => {
    const clock = createFakeClock();
    await using overseer = await createOverseer({
      overseer: 'a',
      models: {
        a: { model: fakeModel({ reply: () => ({ text: 'done' }) }), limits: ['1 calls / 2h'] },
      },
      patienceMs: 0,
      healing: true,
      clock,
    });
    const run = overseer.run(GRAPH);
    expect(await inTime(clock, run.result)).toMatchObject({ status: 'completed' });
    expect(diagnoses(await eventsOf(run))).toEqual([]);
  });

  it('K10 R12: a model of workers that nobody serves is told before its calls fail, and one that is served late is not', async () => {
    const there = workersPlace(onTestFinished);
    const healing = { stuckMs: 60_000 };
    const first = await there.start('first', { ...there.remote, healing }).overseer;
    const run = first.run({ tasks: [{ key: 'one', instruction: 'do it' }] });
    await there.advance(130_000);
    expect(saidBy(await there.events(), 'task.diagnosed')).toMatchObject([
      {
        action: 'none',
        diagnosis: {
          kind: 'stuck',
          because: expect.stringContaining('no worker has taken a call of a for'),
          remedy: expect.stringContaining('Start a worker that has the model a'),
        },
      },
    ]);
    await there.startWorker('w1', () => ({ text: 'fine' }));
    await there.advance(2_000);
    expect(await run.result).toMatchObject({ status: 'completed' });
    expect(saidBy(await there.events(), 'call.failed')).toEqual([]);
  });
});

describe('the same fault over several models', () => {
  const failing = (models: number, maxAttempts: number, answer: (nth: number) => string) => {
    let asked = 0;
    const chief = wayfinder(
      [
        {
          action: 'replace',
          because: 'said anew',
          tasks: [wayTask('do', { instruction: 'Say mended.' })],
        },
      ],
      (request) => {
        if (wordsOf(request).includes('Say mended.')) return { text: 'mended' };
        asked += 1;
        return { text: answer(asked) };
      },
    );
    const team = Object.fromEntries(
      Array.from({ length: models }, (_, at) => [`m${at}`, { model: chief }] as const),
    );
    return createOverseer({
      overseer: 'm0',
      models: team,
      validators: { says: saysValidator },
      maxAttempts,
      healing: true,
    });
  };
  const graph = {
    tasks: [{ key: 'fix', instruction: 'Fix it.', checks: [{ kind: 'says', value: 'mended' }] }],
  };

  it('K10 R2: is noticed after three tries, and another way is looked for although there are tries left', async () => {
    await using overseer = await failing(3, 9, () => 'no');
    const run = overseer.run(graph);
    expect(await run.result).toMatchObject({ status: 'completed' });
    const events = await eventsOf(run);
    expect(storyOf(events).slice(0, 2)).toEqual([
      'fix failing → re-plan',
      'fix patched by model: +do ~fix -',
    ]);
    const tries = events.filter(({ type, task }) => type === 'attempt.ended' && task === 'fix');
    expect(tries).toHaveLength(3);
    const [{ diagnosis } = { diagnosis: undefined }] = diagnoses(events);
    expect(diagnosis).toMatchObject({
      likely: 'prompt',
      because: expect.stringMatching(/3 tries over [23] models/),
    });
  });

  it('K10: of one model alone is tried to the end, and no way is looked for twice', async () => {
    await using overseer = await failing(1, 5, (nth) => (nth < 5 ? 'no' : 'mended'));
    const run = overseer.run(graph);
    expect(await run.result).toMatchObject({ status: 'completed' });
    expect(diagnoses(await eventsOf(run))).toEqual([]);
  });
});
