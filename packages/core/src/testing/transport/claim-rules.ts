import assert from 'node:assert/strict';
import type { ConformanceRule } from '../rule.ts';
import { claimed, claimOne, type MakeTransportRule, replyTo, STREAM, sampleJob } from './bench.ts';

/** Of claims: what they are good for, and until when. */
export function claimRules(rule: MakeTransportRule): readonly ConformanceRule[] {
  return [
    rule('a job is settled once, and its reply is there once', async (transport, { mail }) => {
      await transport.enqueue([sampleJob('one'), sampleJob('two', { stream: 'project/other' })]);
      const one = await claimOne(transport);
      const two = await claimOne(transport);
      assert.equal(await transport.settle(one, replyTo(one)), true);
      assert.equal(await transport.settle(one, { ...replyTo(one), id: 'again' }), false);
      // Whoever did not hear that it was settled asks again.
      assert.equal(await transport.settle(one, replyTo(one)), true);
      assert.equal(await transport.settle({ ...one, fence: one.fence + 1 }, replyTo(one)), false);
      assert.equal(await transport.heartbeat(one), false);
      assert.equal(await transport.settle(two, replyTo(two)), true);
      assert.deepEqual(await mail(STREAM), [replyTo(one)]);
      assert.deepEqual(await mail('project/other'), [replyTo(two)]);
    }),
    rule(
      'a claim without a heartbeat is lost, and whoever had it can leave nothing',
      async (transport, { pass, mail }) => {
        await transport.enqueue([sampleJob('dies'), sampleJob('lives')]);
        const dies = await claimOne(transport);
        const lives = await claimOne(transport);
        const { lossMs } = transport.capabilities;
        const got: string[] = [];
        const stepMs = lossMs / 5;
        for (let ms = 0; ms < lossMs * 1.6 && got.length === 0; ms += stepMs) {
          await pass(stepMs);
          assert.equal(await transport.heartbeat(lives), true);
          const [next] = await transport.claim(['coder'], 5);
          if (next === undefined) continue;
          got.push(next.job.id);
          assert.notEqual(next.fence, dies.fence);
          assert.equal(await transport.heartbeat(dies), false);
          assert.equal(await transport.settle(dies, replyTo(dies)), false);
          assert.deepEqual(await mail(STREAM), []);
          assert.equal(await transport.settle(next, replyTo(next)), true);
          assert.equal(await transport.settle(dies, replyTo(dies)), false);
          assert.deepEqual(await mail(STREAM), [replyTo(next)]);
        }
        assert.deepEqual(got, ['dies']);
        assert.equal(await transport.settle(lives, replyTo(lives)), true);
      },
    ),
    ...withdrawalRules(rule),
  ];
}

/** Of jobs that are looked after by whoever sent them. */
function withdrawalRules(rule: MakeTransportRule): readonly ConformanceRule[] {
  return [
    rule('what is taken back is nobody’s', async (transport, { mail }) => {
      await transport.enqueue(['a', 'b', 'c'].map((id) => sampleJob(id, { model: id })));
      const a = await claimOne(transport, 'a');
      const c = await claimOne(transport, 'c');
      await transport.settle(c, replyTo(c));
      assert.deepEqual(
        (await transport.withdraw(['a', 'b', 'c', 'nobody'])).toSorted((one, two) =>
          one.id < two.id ? -1 : 1,
        ),
        [
          { id: 'a', wasClaimed: true },
          { id: 'b', wasClaimed: false },
        ],
      );
      assert.deepEqual(await transport.withdraw(['a', 'b']), []);
      assert.equal(await transport.heartbeat(a), false);
      assert.equal(await transport.settle(a, replyTo(a)), false);
      assert.deepEqual(await claimed(transport, ['a', 'b', 'c'], 9), []);
      assert.deepEqual(await mail(STREAM), [replyTo(c)]);
    }),
    rule('where jobs stand can be asked', async (transport) => {
      await transport.enqueue(['a', 'b', 'c'].map((id) => sampleJob(id, { model: id })));
      await claimOne(transport, 'a');
      const c = await claimOne(transport, 'c');
      await transport.settle(c, replyTo(c));
      const standing = await transport.standing(['a', 'b', 'c', 'nobody']);
      assert.deepEqual([...standing].toSorted(), [
        ['a', 'claimed'],
        ['b', 'waiting'],
      ]);
      assert.deepEqual([...(await transport.standing([]))], []);
    }),
  ];
}
