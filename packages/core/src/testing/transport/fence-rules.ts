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

/** The requirements that the fences stand for. */
const IDS = 'R4 R7 R12';

/** Of those who were taken over and go on as if they were not. */
export function fenceRules(rule: MakeTransportRule): readonly ConformanceRule[] {
  return [
    rule(
      'whoever lost the lease of a stream sends nothing for it, and takes nothing back',
      async (transport, { epoch, lease, mail }) => {
        const before = sampleJob('before');
        await transport.enqueue(epoch, [before, sampleJob('begun', { model: 'busy' })]);
        const begun = await claimOne(transport, 'busy');
        const next = await lease(STREAM);
        assert.notEqual(next, epoch);
        await assertFenced(transport.enqueue(epoch, [sampleJob('zombie')]));
        // Not even what is there is told as sent.
        await assertFenced(transport.enqueue(epoch, [before]));
        await assertFenced(transport.withdraw(epoch, STREAM, ['before', 'begun']));
        await assertFenced(transport.withdraw(epoch, STREAM, ['begun']));
        // What workers do is theirs, whoever leads.
        assert.equal(await transport.heartbeat(begun), true);
        await transport.settle(begun, replyTo(begun));
        assert.deepEqual(await mail(STREAM), [replyTo(begun)]);
        await transport.enqueue(next, [before, sampleJob('after')]);
        assert.deepEqual(await claimed(transport, ['coder', 'busy'], 9), ['before', 'after']);
        assert.equal((await transport.withdraw(next, STREAM, ['before', 'after'])).length, 2);
      },
      IDS,
    ),
    rule(
      'the lease of one stream is worth nothing for another that somebody has',
      async (transport, { epoch, lease }) => {
        const other = await lease(OTHER_STREAM);
        const mine = sampleJob('mine');
        const theirs = sampleJob('theirs', { stream: OTHER_STREAM });
        await assertFenced(transport.enqueue(epoch, [theirs]));
        await assertFenced(transport.enqueue(epoch, [mine, theirs]));
        await assertFenced(transport.enqueue(other, [mine]));
        assert.deepEqual(await claimed(transport, ['coder'], 9), []);
        await transport.enqueue(other, [theirs]);
        await assertFenced(transport.withdraw(epoch, OTHER_STREAM, ['theirs']));
        assert.deepEqual(await claimed(transport, ['coder'], 9), ['theirs']);
      },
      IDS,
    ),
    rule(
      'an epoch that nobody was ever given sends nothing',
      async (transport, { epoch }) => {
        await assertFenced(transport.enqueue(epoch + 1_000, [sampleJob('one')]));
        await assertFenced(transport.withdraw(epoch + 1_000, STREAM, ['one']));
        assert.deepEqual(await claimed(transport, ['coder'], 9), []);
      },
      IDS,
    ),
  ];
}
