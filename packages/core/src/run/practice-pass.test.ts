import { expect, it } from 'vitest';
import type { EventDraft } from '../journal/draft.ts';
import { place } from '../journal/history.fixture.ts';
import { PracticeBook } from '../route/practices.ts';
import type { TidyOptions } from '../route/tidy-options.ts';
import { tidyingOf } from '../route/tidy-options.ts';
import type { OverseerEvent } from '../spec/event.ts';
import { createFakeClock, type FakeClock } from '../testing/fake-clock.ts';
import { PracticePass } from './practice-pass.ts';

const HOUR_MS = 3_600_000;

/** A book in which something is to be tidied again and again, and what is written down of it. */
function scene(options: TidyOptions | false, clock: FakeClock = createFakeClock()) {
  const book = new PracticeBook();
  const told: number[] = [];
  const followers = new Set<(event: OverseerEvent) => void>();
  const done: EventDraft = { type: 'task.done', run: 'r', task: 't', attempt: 'a', data: {} };
  const pass = new PracticePass({
    settings: { clock, members: new Map(), tidying: tidyingOf(options) },
    projection: { followers, routing: { practices: book } },
    journal: {
      closed: undefined,
      append: async (drafts) => {
        for (const draft of drafts) {
          if (draft.type !== 'practice.tidied') continue;
          told.push(clock.now());
          book.tidied(draft.data.changes, clock.now());
        }
      },
    },
  });
  const findings = ['It is bad.', 'it is bad'].map((pattern) => ({
    ...{ pattern, times: 1, repairedBySame: 0, repairedByOther: 0 },
  }));
  const counts = { attempts: 1, accepted: 0, begun: 1 };
  return {
    ...{ clock, told, pass, book, followers },
    spoil: (): void => book.take({ model: 'p/m', kind: 'code', ...counts, findings, notes: [] }),
    attempt: async (): Promise<void> => {
      for (const follow of followers) follow(place(done, 1));
      await Promise.resolve();
    },
  };
}

it('M16: practices are tidied as attempts end, where it is due, and not more often', async () => {
  const { clock, told, pass, spoil, attempt } = scene({ every: '12h' });
  const startedAt = clock.now();
  spoil();
  pass.begin();
  for (let hour = 0; hour < 36; hour++) {
    spoil();
    await attempt();
    clock.advance(HOUR_MS);
  }
  expect(told.map((at) => (at - startedAt) / HOUR_MS)).toEqual([0, 12, 24]);
});

it('M16: another process goes on by when it was done last, whatever the clock shows', async () => {
  const clock = createFakeClock();
  const first = scene({}, clock);
  first.spoil();
  first.pass.begin();
  const next = scene({}, clock);
  next.book.restore(first.book.body(), first.book.tidiedAt);
  next.spoil();
  clock.advance(23 * HOUR_MS);
  next.pass.begin();
  expect(next.told).toEqual([]);
  clock.advance(HOUR_MS);
  next.pass.begin();
  expect(next.told).toHaveLength(1);
  // Set back by a year: it does not wait for that year.
  clock.set(clock.now() - 365 * 24 * HOUR_MS);
  next.spoil();
  next.pass.begin();
  next.spoil();
  next.pass.begin();
  expect(next.told).toHaveLength(2);
  clock.advance(24 * HOUR_MS);
  next.pass.begin();
  expect(next.told).toHaveLength(3);
});

it('M16: practices are tidied by nobody where that is off, or once it is closed', async () => {
  const off = scene(false);
  off.spoil();
  off.pass.begin();
  await off.attempt();
  const closed = scene({});
  closed.spoil();
  closed.pass.close();
  closed.pass.begin();
  await closed.attempt();
  expect([off.told, closed.told, off.followers.size, closed.followers.size]).toEqual([
    [],
    [],
    0,
    0,
  ]);
});
