import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DataKey, dataKey, nameUnder, unwrap, wrap } from './data-key.ts';
import { ENVELOPE_VERSION, isBound, keyIdOf, pack, squeeze, unpack } from './envelope.ts';

const key = dataKey(7, Buffer.alloc(32, 1));
const other = dataKey(7, Buffer.alloc(32, 2));
const place = 'project/default 1';
const text = Buffer.from('The same words come again. '.repeat(100));

describe('an envelope', () => {
  it('X2: gives back what was put in, compressed and sealed or not', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 3_000 }),
        fc.boolean(),
        fc.nat({ max: 2_000 }),
        (content, isSealed, compressFrom) => {
          const used = isSealed ? key : undefined;
          const packed = pack(content, { compressFrom, key: used, place });
          expect(unpack(packed, place, () => used)).toEqual({
            kind: 'content',
            content: Buffer.from(content),
          });
          expect(keyIdOf(packed)).toBe(used?.id);
        },
      ),
    );
  });

  it('X2: opens as the same whether content is compressed then or was before', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.uint8Array({ maxLength: 2_000 }),
          fc.array(fc.constantFrom('one ', 'two '), { maxLength: 500 }).map((words) => {
            return Buffer.from(words.join(''));
          }),
        ),
        async (content) => {
          const squeezed = await squeeze(content);
          const later = pack(content, { compressFrom: 0, squeezed, place });
          const atOnce = pack(content, { compressFrom: 0, place });
          // The two may note their length in other ways.
          expect(Math.abs(later.byteLength - atOnce.byteLength)).toBeLessThan(16);
          expect(unpack(later, place, () => undefined)).toEqual({
            kind: 'content',
            content: Buffer.from(content),
          });
          const sealed = pack(content, { compressFrom: 0, squeezed, key, place });
          expect(unpack(sealed, place, () => key)).toEqual({
            kind: 'content',
            content: Buffer.from(content),
          });
        },
      ),
    );
  });

  it('X2: is smaller where compression helps, and shows nothing of what it seals', () => {
    const packed = pack(text, { compressFrom: 0, key, place });
    expect(packed.byteLength).toBeLessThan(150);
    const plain = pack(text, { compressFrom: Number.POSITIVE_INFINITY, key, place });
    expect(plain.byteLength).toBe(text.byteLength + 2 + 4 + 12 + 16);
    expect(plain.includes('words')).toBe(false);
    expect(pack(text, { compressFrom: 0, key, place }).equals(packed)).toBe(false);
  });

  it('X2: of which any one byte was changed, or that was cut short, opens nowhere', () => {
    const packed = pack(text, { compressFrom: 0, key, place });
    for (let at = 0; at < packed.byteLength; at++) {
      const changed = Buffer.from(packed);
      changed[at] = (changed[at] ?? 0) ^ 0x10;
      expect(unpack(changed, place, keyOf), `byte ${at}`).not.toHaveProperty('content');
      expect(unpack(packed.subarray(0, at), place, keyOf), `${at} bytes`).not.toHaveProperty(
        'content',
      );
    }
  });

  it('X2: opens in its own place and under its own key alone', () => {
    const packed = pack(text, { compressFrom: 0, key, place });
    expect(unpack(packed, 'project/default 2', keyOf).kind).toBe('damaged');
    expect(unpack(packed, place, () => other).kind).toBe('damaged');
    expect(unpack(packed, place, () => undefined)).toEqual({ kind: 'locked', keyId: 7 });
  });

  it('X2: opens beside what stood there in the clear alone, and cannot be taken for an older one', () => {
    const beside = '["stub","names"]';
    const packed = pack(text, { compressFrom: 0, key, place, beside });
    expect(unpack(packed, place, keyOf, beside)).toHaveProperty('content', text);
    expect(unpack(packed, place, keyOf, '["stub","others"]').kind).toBe('damaged');
    expect(unpack(packed, place, keyOf).kind).toBe('damaged');
    packed[0] = 1;
    expect(unpack(packed, place, keyOf, beside).kind).toBe('damaged');
    const older = pack(text, { compressFrom: 0, key, place });
    expect(unpack(older, place, keyOf, beside)).toHaveProperty('content', text);
    expect([isBound(packed), isBound(older)]).toEqual([false, false]);
    expect(isBound(pack(text, { compressFrom: 0, key, place, beside }))).toBe(true);
  });

  it('X2: of a version that is not known here is refused', () => {
    const packed = pack(text, { compressFrom: 0, place });
    packed[0] = ENVELOPE_VERSION + 1;
    expect(unpack(packed, place, () => undefined).kind).toBe('damaged');
  });
});

describe('a data key', () => {
  const master = Buffer.alloc(32, 3);

  it('X2: comes out of its wrapping for its owner and under its master key alone', () => {
    const secret = Buffer.alloc(32, 4);
    const wrapped = wrap(secret, master, 'run a');
    expect(unwrap(wrapped, master, 'run a')).toEqual(secret);
    expect(unwrap(wrapped, master, 'run b')).toBeUndefined();
    expect(unwrap(wrapped, Buffer.alloc(32, 5), 'run a')).toBeUndefined();
    expect(unwrap(wrapped.subarray(1), master, 'run a')).toBeUndefined();
    const changed = Buffer.from(wrapped);
    changed[20] = (changed[20] ?? 0) ^ 1;
    expect(unwrap(changed, master, 'run a')).toBeUndefined();
  });

  it('X3: names equal content of two runs differently', () => {
    expect(nameUnder(key, text)).toBe(nameUnder(key, text));
    expect(nameUnder(key, text)).not.toBe(nameUnder(other, text));
  });
});

function keyOf(id: number): DataKey | undefined {
  return id === key.id ? key : undefined;
}
