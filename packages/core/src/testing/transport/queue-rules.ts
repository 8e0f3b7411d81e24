import assert from 'node:assert/strict';
import type { ConformanceRule } from '../rule.ts';
import { claimed, claimOne, type MakeTransportRule, replyTo, STREAM, sampleJob } from './bench.ts';

/** Of jobs that wait, and who gets them. */
export function queueRules(rule: MakeTransportRule): readonly ConformanceRule[] {
  return [
    rule(
      'a job comes as it was sent, to one who asks for its model',
      async (transport, { epoch }) => {
        const text = 'first \u0000 ünï 🚀 \ud800';
        const job = sampleJob('one', {
          model: 'a/b: ü',
          request: { messages: [{ role: 'user', parts: [{ type: 'text', text }] }], maxTokens: 7 },
        });
        await transport.enqueue(epoch, [job]);
        assert.deepEqual(await transport.claim(['coder'], 5), []);
        const claim = await claimOne(transport, 'a/b: ü');
        assert.deepEqual(claim.job, job);
        assert.deepEqual(await transport.claim(['a/b: ü'], 5), []);
      },
    ),
    rule(
      'no more are given than there are slots, the oldest first',
      async (transport, { epoch }) => {
        for (const id of ['c', 'a', 'b']) await transport.enqueue(epoch, [sampleJob(id)]);
        assert.deepEqual(await claimed(transport, ['coder'], 0), []);
        assert.deepEqual((await claimed(transport, ['coder'], 2)).toSorted(), ['a', 'c']);
        assert.deepEqual(await claimed(transport, ['coder', 'other'], 2), ['b']);
      },
    ),
    rule(
      'a job that is sent again is not given again, whatever became of it',
      async (transport, { epoch }) => {
        const jobs = ['waits', 'goes', 'ends', 'back'].map((id) => sampleJob(id, { model: id }));
        await transport.enqueue(epoch, jobs);
        await claimOne(transport, 'goes');
        const ends = await claimOne(transport, 'ends');
        await transport.settle(ends, replyTo(ends));
        await transport.withdraw(epoch, STREAM, ['back']);
        await transport.enqueue(epoch, jobs);
        await transport.enqueue(epoch, [...jobs, ...jobs]);
        assert.deepEqual(await claimed(transport, ['waits', 'goes', 'ends', 'back'], 9), ['waits']);
      },
    ),
    ...togetherRules(rule),
  ];
}

/** Of several who use one transport. */
function togetherRules(rule: MakeTransportRule): readonly ConformanceRule[] {
  return [
    rule('many who ask at once never get the same job', async (transport, place) => {
      const others = [await place.open(), await place.open()];
      const all = [transport, ...others];
      const ids = Array.from({ length: 40 }, (_, index) => `job ${index}`);
      await transport.enqueue(
        place.epoch,
        ids.map((id) => sampleJob(id)),
      );
      const given = await Promise.all(
        Array.from({ length: 30 }, (_, index) =>
          claimed(all[index % all.length] ?? transport, ['coder'], 2),
        ),
      );
      const got = given.flat();
      while (got.length < ids.length) {
        const more = await claimed(transport, ['coder'], 10);
        assert(more.length > 0, `${ids.length - got.length} jobs were given to nobody`);
        got.push(...more);
      }
      assert.deepEqual(got.toSorted(), ids.toSorted());
      for (const other of others) await other.close();
    }),
    rule('who listens hears of jobs, and of replies for a stream', async (transport, place) => {
      const heard: string[] = [];
      const ends = [
        transport.whenQueued?.(() => heard.push('queued')),
        transport.whenSettled?.(STREAM, () => heard.push('settled')),
        transport.whenSettled?.('project/other', () => heard.push('other')),
      ];
      if (ends.some((end) => end === undefined)) return;
      const other = await place.open();
      await other.enqueue(place.epoch, [sampleJob('one')]);
      const claim = await claimOne(other);
      await other.settle(claim, replyTo(claim));
      for (let turn = 0; turn < 40 && heard.length < 2; turn++) await place.pass(50);
      assert.deepEqual([...new Set(heard)].toSorted(), ['queued', 'settled']);
      for (const end of ends) end?.();
      await other.close();
    }),
  ];
}
