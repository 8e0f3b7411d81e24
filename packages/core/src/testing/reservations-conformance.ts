import assert from 'node:assert/strict';
import { ask, MEMBER, NOW, places, rolling, ruleMaker } from './reservations/bench.ts';
import { clockRules } from './reservations/clock-rules.ts';
import { memberRules } from './reservations/member-rules.ts';
import { passingRules } from './reservations/passing-rules.ts';
import { randomSteps } from './reservations/random-steps.ts';
import { settleRules } from './reservations/settle-rules.ts';
import { sharingRules } from './reservations/sharing-rules.ts';
import type { ReservationsSubject } from './reservations/subject.ts';
import { windowRules } from './reservations/window-rules.ts';
import type { ConformanceRule } from './rule.ts';

/** What every `ReservationStore` must keep. Each rule has a place of its own; rules may run in any order, or at once. */
export function reservationsConformance(subject: ReservationsSubject): ConformanceRule[] {
  const rule = ruleMaker(subject);
  return [
    ...windowRules(rule),
    ...clockRules(rule),
    ...settleRules(rule),
    ...memberRules(rule),
    ...sharingRules(rule),
    ...passingRules(rule),
    rule('many at once never get more than there is', async (store, again) => {
      const stores = [store, await again(), await again()];
      for (const [index, one] of stores.entries()) {
        await one.join({ id: `m${index}`, name: `${index}`, terms: {} }, NOW);
      }
      const answers = await Promise.all(
        Array.from({ length: 90 }, (_, index) => {
          const member = `m${index % stores.length}`;
          const asked = { ...ask(`a${index}`, NOW, [rolling(20), places(7)]), member };
          return (stores[index % stores.length] ?? store).reserve(asked);
        }),
      );
      assert.equal(answers.filter(({ kind }) => kind === 'held').length, 7);
      for (const one of stores.slice(1)) await one.close();
    }),
    rule('it agrees with a plain count of everything that happened', async (store) => {
      await store.join(MEMBER, NOW);
      for (let seed = 1; seed <= 3; seed++) await randomSteps(store, MEMBER.id, NOW, seed, 100);
    }),
  ];
}
