import assert from 'node:assert/strict';
import type { ConformanceRule } from '../rule.ts';
import {
  assertFenced,
  claimed,
  claimOne,
  type MakeTransportRule,
  OTHER_STREAM,
  replyTo,
  STREAM,
  sampleJob,
} from './bench.ts';

/** Of claims: what they are good for, and until when. */
export function claimRules(rule: MakeTransportRule): readonly ConformanceRule[] {
  return [
    rule(
      'a job is settled once, and its reply is there once',
      async (transport, { epoch, lease, mail }) => {
        await transport.enqueue(epoch, [sampleJob('one')]);
        await transport.enqueue(await lease(OTHER_STREAM), [
          sampleJob('two', { stream: OTHER_STREAM }),
        ]);
        const one = await claimOne(transport);
        const two = await claimOne(transport);
        await transport.settle(one, replyTo(one));
        await assertFenced(transport.settle(one, { ...replyTo(one), id: 'again' }));
        // Whoever did not hear that it was settled asks again.
        await transport.settle(one, replyTo(one));
        await assertFenced(transport.settle({ ...one, fence: one.fence + 1 }, replyTo(one)));
        assert.equal(await transport.heartbeat(one), false);
        await transport.settle(two, replyTo(two));
        assert.deepEqual(await mail(STREAM), [replyTo(one)]);
        assert.deepEqual(await mail(OTHER_STREAM), [replyTo(two)]);
      },
    ),
    rule(
      'a claim without a heartbeat is lost, and whoever had it can leave nothing',
      async (transport, { epoch, pass, mail }) => {
        await transport.enqueue(epoch, [sampleJob('dies'), sampleJob('lives')]);
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
          await assertFenced(transport.settle(dies, replyTo(dies)));
          assert.deepEqual(await mail(STREAM), []);
          await transport.settle(next, replyTo(next));
          await assertFenced(transport.settle(dies, replyTo(dies)));
          assert.deepEqual(await mail(STREAM), [replyTo(next)]);
        }
        assert.deepEqual(got, ['dies']);
        await transport.settle(lives, replyTo(lives));
      },
    ),
    ...withdrawalRules(rule),
  ];
}

/** Of jobs that are looked after by whoever sent them. */
function withdrawalRules(rule: MakeTransportRule): readonly ConformanceRule[] {
  return [
    rule('what is taken back is nobody’s', async (transport, { epoch, mail }) => {
      await transport.enqueue(
        epoch,
        ['a', 'b', 'c'].map((id) => sampleJob(id, { model: id })),
      );
      const a = await claimOne(transport, 'a');
      const c = await claimOne(transport, 'c');
      await transport.settle(c, replyTo(c));
      assert.deepEqual(
        (await transport.withdraw(epoch, STREAM, ['a', 'b', 'c', 'nobody'])).toSorted((one, two) =>
          one.id < two.id ? -1 : 1,
        ),
        [
          { id: 'a', wasClaimed: true },
          { id: 'b', wasClaimed: false },
        ],
      );
      assert.deepEqual(await transport.withdraw(epoch, STREAM, ['a', 'b']), []);
      assert.equal(await transport.heartbeat(a), false);
      await assertFenced(transport.settle(a, replyTo(a)));
      assert.deepEqual(await claimed(transport, ['a', 'b', 'c'], 9), []);
      assert.deepEqual(await mail(STREAM), [replyTo(c)]);
    }),
    rule('where jobs stand can be asked', async (transport, { epoch }) => {
      await transport.enqueue(
        epoch,
        ['a', 'b', 'c'].map((id) => sampleJob(id, { model: id })),
      );
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
