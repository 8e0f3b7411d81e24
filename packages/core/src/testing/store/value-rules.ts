import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { OverseerEvent } from '../../spec/event.ts';
import type { Json } from '../../spec/json.ts';
import type { ConformanceRule } from '../rule.ts';
import { openRule, ownedRule, readAll, STREAM, sample } from './bench.ts';
import type { StoreSubject } from './subject.ts';

const MEBIBYTE = 1_048_576;

/** What events, blobs and snapshots may hold. */
export function valueRules(subject: StoreSubject): readonly ConformanceRule[] {
  return [
    ...textRules(subject),
    ...fieldRules(subject),
    ...blobRules(subject),
    ...snapshotRules(subject),
  ];
}

function textRules(subject: StoreSubject): readonly ConformanceRule[] {
  return [
    kept(
      subject,
      'R1: every script and every line separator is kept',
      'ünïcödé 日本語 🏳️‍🌈 עברית',
      '\u2028\u2029\r\n\t',
      '',
    ),
    kept(
      subject,
      'R1: halves of surrogate pairs are kept',
      'a\ud800b\udc00',
      `\udfff${'x'.repeat(5_000)}\ud800`,
    ),
    kept(
      subject,
      'R1: null bytes and control characters are kept',
      'a\0b\0',
      '\u0001\u001f\u007f',
      `\0${'y'.repeat(5_000)}\0`,
    ),
    kept(
      subject,
      'R1: quotes, backslashes and SQL are kept',
      `'; drop table event; -- " \\ \\u0000`,
      '{"a":1}',
    ),
    kept(subject, 'R1: numbers are kept to the last bit', [
      0,
      -1,
      0.1,
      1e308,
      5e-324,
      Number.MAX_SAFE_INTEGER,
    ]),
    kept(subject, 'R1: values of 1 MiB are kept', 'z'.repeat(MEBIBYTE), '🚀'.repeat(MEBIBYTE / 4)),
    kept(
      subject,
      'R1: large strings anywhere inside a value are kept, repeated ones too',
      [{ a: ['b'.repeat(5_000), 'b'.repeat(5_000), 'c'] }, 'd'.repeat(4_097)],
      {
        deep: { deeper: [['b'.repeat(5_000)]] },
        '': 'e'.repeat(9_000),
        'a.b/c~d': 'f'.repeat(9_000),
      },
    ),
    kept(subject, 'R1: values that look like references are kept', {
      $blob: 'g'.repeat(64),
      $ref: '#/a',
      hash: null,
    }),
  ];
}

function fieldRules(subject: StoreSubject): readonly ConformanceRule[] {
  return [
    ownedRule(
      subject,
      'R1: a key named __proto__ is a key like any other',
      async (store, epoch) => {
        const value: Json = JSON.parse(`{"__proto__":${JSON.stringify('h'.repeat(5_000))},"a":1}`);
        await store.events.append(epoch, [withValue(1, value)]);
        const [event] = await readAll(store);
        assert.equal(JSON.stringify(event?.data), JSON.stringify({ because: value }));
      },
    ),
    ownedRule(
      subject,
      'R1: a field that is undefined reads as one that is absent',
      async (store, epoch) => {
        const event = {
          ...sample(1),
          run: undefined,
          model: undefined,
        } as unknown as OverseerEvent;
        await store.events.append(epoch, [event]);
        assert.equal(JSON.stringify(await readAll(store)), JSON.stringify([event]));
      },
    ),
    ownedRule(subject, 'R1: fields that the store does not know are kept', async (store, epoch) => {
      const event = { ...sample(1), later: { added: ['x'] } };
      await store.events.append(epoch, [event]);
      assert.deepEqual(await readAll(store), [event]);
    }),
  ];
}

function blobRules(subject: StoreSubject): readonly ConformanceRule[] {
  return [
    openRule(subject, 'R5: a blob is found by the SHA-256 of its bytes', async (store) => {
      const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
      const hash = await store.blobs.put(bytes);
      assert.equal(hash, createHash('sha256').update(bytes).digest('hex'));
      assert.deepEqual([...((await store.blobs.get(hash)) ?? [])], [...bytes]);
    }),
    openRule(subject, 'R5: a blob that is put twice is one blob', async (store) => {
      const put = () => store.blobs.put(new TextEncoder().encode('same'));
      const hashes = await Promise.all([put(), put(), put()]);
      assert.equal(new Set(hashes).size, 1);
      assert.equal(await put(), hashes[0]);
    }),
    openRule(subject, 'R5: blobs of no bytes and of 1 MiB are kept', async (store) => {
      for (const size of [0, MEBIBYTE]) {
        const hash = await store.blobs.put(new Uint8Array(size).fill(7));
        const bytes = await store.blobs.get(hash);
        assert.equal(bytes?.byteLength, size);
        assert.ok(bytes.every((byte) => byte === 7));
      }
    }),
    openRule(subject, 'R5: a blob that nobody put is undefined', async (store) => {
      assert.equal(await store.blobs.get('0'.repeat(64)), undefined);
      assert.equal(await store.blobs.get('not a hash'), undefined);
    }),
    openRule(
      subject,
      'R5: the caller may reuse its buffer once put has returned',
      async (store) => {
        for (const bytes of [new Uint8Array([1, 2, 3]), Buffer.from([4, 5, 6])]) {
          const before = [...bytes];
          const put = store.blobs.put(bytes);
          bytes.fill(9);
          assert.deepEqual([...((await store.blobs.get(await put)) ?? [])], before);
        }
      },
    ),
  ];
}

function snapshotRules(subject: StoreSubject): readonly ConformanceRule[] {
  const at = (seq: number, foldVersion = 1) => ({
    stream: STREAM,
    seq,
    foldVersion,
    body: { seq, text: '🚀\0' },
  });
  return [
    openRule(
      subject,
      'R2: the newest snapshot of a version is the one that is read',
      async (store) => {
        await store.snapshots.put(at(5));
        await store.snapshots.put(at(9));
        await store.snapshots.put(at(7));
        assert.deepEqual(await store.snapshots.latest(STREAM, 1), at(9));
      },
    ),
    openRule(subject, 'R2: snapshots of other versions and streams are ignored', async (store) => {
      await store.snapshots.put(at(5, 1));
      await store.snapshots.put({ ...at(6, 2), stream: 'project/other' });
      assert.equal(await store.snapshots.latest(STREAM, 2), undefined);
      assert.deepEqual(await store.snapshots.latest(STREAM, 1), at(5, 1));
    }),
    openRule(subject, 'R2: a stream without a snapshot has none', async (store) => {
      assert.equal(await store.snapshots.latest(STREAM, 1), undefined);
    }),
  ];
}

/** Events that hold those values are read back equal. */
function kept(subject: StoreSubject, name: string, ...values: readonly Json[]): ConformanceRule {
  return ownedRule(subject, name, async (store, epoch) => {
    const events = values.map((value, index) => withValue(index + 1, value));
    await store.events.append(epoch, events);
    assert.deepEqual(await readAll(store), events);
  });
}

/** An event whose data holds any JSON at all: a store must not care what events mean. */
function withValue(seq: number, because: Json): OverseerEvent {
  return { ...sample(seq), data: { because } } as unknown as OverseerEvent;
}
