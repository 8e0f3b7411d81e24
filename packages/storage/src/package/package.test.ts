import { randomBytes } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeOf } from './code-of.fixture.ts';
import type { PackageItem } from './items.ts';
import { createKeyPair } from './keys.ts';
import { openPackage } from './open-package.ts';
import { eventAt, itemsIn, pack, smallItems, unpack, unpackWhole } from './package.fixture.ts';
import { packageFile } from './package-source.ts';
import { writePackage } from './write-package.ts';

const sender = createKeyPair();
const receiver = createKeyPair();
const stranger = createKeyPair();
const sign = sender.secret;
const to = [receiver.public];

const PLAIN = { sign };
const SEALED = { sign, to };

describe('a package', () => {
  it.each([
    ['signed alone', PLAIN, {}],
    ['sealed for a key', SEALED, { secret: receiver.secret }],
    ['sealed for several', { sign, to: [stranger.public, ...to] }, { secret: receiver.secret }],
    [
      'sealed by a passphrase',
      { sign, passphrase: 'Ångström four' },
      { passphrase: 'Ångström four' },
    ],
  ])('R5 R8: gives back what was put in, %s', async (_name, options, keys) => {
    const opened = await unpack(await pack(smallItems(), options), keys);
    expect(await itemsIn(opened)).toEqual(smallItems());
    expect(await itemsIn(opened)).toEqual(smallItems());
    expect(opened.manifest).toMatchObject({
      sender: sender.public,
      events: 28,
      blobs: 1,
      versions: { 'task.waiting': 1 },
      streams: [
        { name: 'project/a', after: 0, head: 25, epoch: 3 },
        { name: 'system', after: 0, head: 3, epoch: 1 },
      ],
    });
  });

  it('R8: a sealed one has no word of its content in the clear, and a plain one is smaller than its content', async () => {
    const canary = 'canary-'.repeat(4);
    const items: PackageItem[] = Array.from({ length: 500 }, (_, index) => ({
      kind: 'event',
      event: eventAt(index + 1, 'project/secret-name', `${canary} ${index}`),
    }));
    const sealed = await pack(items, { ...SEALED, about: { note: canary } });
    for (const word of ['canary', 'secret-name', 'task.waiting', sender.secret]) {
      expect(sealed.includes(word)).toBe(false);
    }
    const plain = await pack(items, PLAIN);
    expect(plain.byteLength).toBeLessThan(JSON.stringify(items).length / 4);
  });

  it('R8: two of the same have nothing in common but their form', async () => {
    const [one, other] = [await pack(smallItems(), SEALED), await pack(smallItems(), SEALED)];
    expect(one.subarray(-200).equals(other.subarray(-200))).toBe(false);
  });

  it('R5: gives back any events and blobs', async () => {
    const item = fc.oneof(
      fc.json().map((text) => ({ kind: 'event' as const, text })),
      fc.uint8Array({ maxLength: 3_000 }).map((bytes) => ({ kind: 'blob' as const, bytes })),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(item, { maxLength: 30 }), async (drawn) => {
        let seq = 0;
        const items = drawn.map((one): PackageItem => {
          if (one.kind === 'blob') return one;
          return { kind: 'event', event: eventAt(++seq, 'project/a', one.text) };
        });
        expect(await itemsIn(await unpackWhole(await pack(items, SEALED), receiver))).toEqual(
          items,
        );
      }),
      { numRuns: 40, seed: 7 },
    );
  });

  it('R5: holds a few MiB of a large one at a time, both ways', { timeout: 120_000 }, async () => {
    const count = 32;
    let base = 0;
    let most = 0;
    const watch = (): void => {
      collectGarbage();
      most = Math.max(most, process.memoryUsage().arrayBuffers - base);
    };
    const blobs = async function* (): AsyncGenerator<PackageItem> {
      for (let at = 0; at < count; at++) {
        yield { kind: 'blob', bytes: randomBytes(1_048_576) };
        watch();
      }
    };
    const parts: Uint8Array[] = [];
    const sink = { write: async (bytes: Uint8Array) => void parts.push(bytes) };
    await writePackage(blobs(), { write: async () => undefined }, SEALED);
    expect(most).toBeLessThan((count / 2) * 1_048_576);
    await writePackage(blobs(), sink, SEALED);
    const bytes = Buffer.concat(parts.splice(0));
    collectGarbage();
    base = process.memoryUsage().arrayBuffers;
    most = 0;
    const opened = await unpack(bytes, { secret: receiver.secret });
    let read = 0;
    for await (const item of opened.items()) {
      read += item.kind === 'blob' ? item.bytes.byteLength : 0;
      watch();
    }
    expect(read).toBe(count * 1_048_576);
    expect(most).toBeLessThan((count / 2) * 1_048_576);
  });
});

describe('a package that is not what it should be', () => {
  it('R8: any flipped bit is found', async () => {
    for (const [options, keys] of [
      [PLAIN, {}],
      [SEALED, { secret: receiver.secret }],
    ] as const) {
      const bytes = await pack(smallItems(), options);
      for (let at = 0; at < bytes.byteLength; at++) {
        const changed = Buffer.from(bytes);
        changed.writeUInt8((changed[at] ?? 0) ^ (1 << (at % 8)), at);
        const code = await codeOf(unpack(changed, keys));
        expect(code, `byte ${at} of ${bytes.byteLength}`).toMatch(
          /^package\.(damaged|form|key|newer|signature|torn)$/,
        );
      }
    }
  });

  it('R8: is torn at any place', async () => {
    const bytes = await pack(smallItems(), SEALED);
    for (let length = 0; length < bytes.byteLength; length += 1) {
      const code = await codeOf(unpack(bytes.subarray(0, length), { secret: receiver.secret }));
      expect(code, `${length} bytes`).toBe('package.torn');
    }
    const longer = Buffer.concat([bytes, Buffer.from([0])]);
    expect(await codeOf(unpack(longer, { secret: receiver.secret }))).toBe('package.damaged');
  });

  it.each([
    ['sealed', SEALED, { secret: receiver.secret }],
    ['plain', PLAIN, {}],
  ])(
    'R8: pieces that were moved, left out or repeated are found (%s)',
    async (_n, options, keys) => {
      const blobs = Array.from(
        { length: 3 },
        (): PackageItem => ({
          kind: 'blob',
          bytes: randomBytes(1_048_576),
        }),
      );
      const { header, frames } = cut(await pack(blobs, options));
      expect(frames.length).toBeGreaterThan(3);
      const [a, b, ...rest] = frames;
      if (a === undefined || b === undefined) throw new Error('too few');
      for (const order of [
        [b, a, ...rest],
        [a, ...rest],
        [a, a, b, ...rest],
      ]) {
        const code = await codeOf(unpack(Buffer.concat([header, ...order]), keys));
        expect(code).toBe('package.damaged');
      }
      expect(await codeOf(unpack(Buffer.concat([header, a, b, ...rest]), keys))).toBe('none');
    },
  );

  it('R8: is for another, or nobody has the key', async () => {
    const bytes = await pack(smallItems(), SEALED);
    expect(await codeOf(unpack(bytes, { secret: stranger.secret }))).toBe('package.key');
    expect(await codeOf(unpack(bytes, { passphrase: 'x' }))).toBe('package.key');
    expect(await codeOf(unpack(bytes))).toBe('package.key');
    const locked = await pack(smallItems(), { sign, passphrase: 'right' });
    expect(await codeOf(unpack(locked, { passphrase: 'wrong' }))).toBe('package.key');
    expect(await codeOf(unpack(locked, { secret: receiver.secret }))).toBe('package.key');
  });

  it('R8: is signed by another than may send one, or says so only', async () => {
    const bytes = await pack(smallItems(), PLAIN);
    expect(await codeOf(unpack(bytes, { from: [stranger.public] }))).toBe('package.signature');
    expect(await codeOf(unpack(bytes, { from: [stranger.public, sender.public] }))).toBe('none');
    const other = await pack(smallItems(), { sign: stranger.secret });
    // The same length and content, so that only the name of its sender is exchanged.
    const forged = Buffer.from(
      other.toString('latin1').replace(stranger.public, sender.public),
      'latin1',
    );
    expect(await codeOf(unpack(forged))).toBe('package.signature');
  });

  it('R5: comes from a newer Overseer', async () => {
    const bytes = await pack(smallItems(), PLAIN);
    bytes.writeUInt16BE(2, 6);
    expect(await codeOf(unpack(bytes))).toBe('package.newer');
    expect(await codeOf(unpack(Buffer.from('SQLite format 3\0')))).toBe('package.form');
  });

  it('R5: is changed between the look at it and its use', async () => {
    const bytes = await pack(smallItems(), PLAIN);
    const opened = await unpack(bytes);
    const other = await pack(smallItems().slice(0, 5), PLAIN);
    other.copy(bytes);
    expect(await codeOf(itemsIn(opened))).toMatch(/^package\./);
  });

  it('R5: what goes wrong with its bytes, and giving up, is not taken for damage', async () => {
    const bytes = await pack(smallItems(), PLAIN);
    const gone = openPackage(packageFile('/nowhere/x.ovpkg'));
    await expect(gone).rejects.toThrow(/ENOENT/);
    await expect(unpack(bytes, { signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
  });

  it('R5: events that leave a gap, or come in two pieces of a stream, are not written', async () => {
    const event = (seq: number, stream?: string): PackageItem => ({
      kind: 'event',
      event: eventAt(seq, stream),
    });
    for (const items of [
      [event(2)],
      [event(1), event(3)],
      [event(1), event(1)],
      [event(1), event(1, 'system'), event(2)],
    ]) {
      expect(await codeOf(pack(items, PLAIN))).toBe('package.damaged');
    }
  });

  it('R5: one that goes on from another says from where', async () => {
    const after = { 'project/a': { seq: 1, chain: 'c' } };
    const bytes = await pack([{ kind: 'event', event: eventAt(2) }], { sign, after });
    const { manifest } = await unpack(bytes);
    expect(manifest.streams).toMatchObject([{ after: 1, chainBefore: 'c', head: 2 }]);
  });
});

/** Without it, memory tells of what was held lately, not of what is. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
}

/** Header and frames of a package. */
function cut(bytes: Buffer): { readonly header: Buffer; readonly frames: readonly Buffer[] } {
  let at = 12 + bytes.readUInt32BE(8);
  const header = bytes.subarray(0, at);
  const frames: Buffer[] = [];
  while (at < bytes.byteLength) {
    const end = at + 5 + bytes.readUInt32BE(at + 1);
    frames.push(bytes.subarray(at, end));
    at = end;
  }
  return { header, frames };
}
