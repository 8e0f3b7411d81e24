import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressesOf, isPostgresAddress, redact } from './addresses.ts';
import { fromText, toText } from './names.ts';

describe('addresses of PostgreSQL', () => {
  it('R7: one address may name several hosts', () => {
    expect(addressesOf('postgres://u:p@a:1,b,[::1]:2/d?sslmode=require')).toEqual([
      'postgres://u:p@a:1/d?sslmode=require',
      'postgres://u:p@b/d?sslmode=require',
      'postgres://u:p@[::1]:2/d?sslmode=require',
    ]);
    expect(addressesOf(['postgresql://a/d', 'postgres://b/d'])).toHaveLength(2);
  });

  it('X5: what people see has user, hosts and database, and nothing that is secret', () => {
    expect(redact('postgres://u:p@ss@a:1/d?password=x&host=y#z')).toBe('postgres://u@a:1/d');
    expect(redact('postgresql:///d?host=/run')).toBe('postgres:///d');
    expect(redact('postgres://a')).toBe('postgres://a');
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z0-9:@%]{6,20}$/), (password) => {
        expect(redact(`postgres://user:secret${password}@host/d`)).not.toContain('secret');
      }),
    );
  });

  it('R5: an address is told from a path', () => {
    expect(['postgres://a/b', 'PostgreSQL://a'].every(isPostgresAddress)).toBe(true);
    expect(['journal.db', './postgres://', 'https://a'].some(isPostgresAddress)).toBe(false);
  });
});

describe('names in PostgreSQL', () => {
  it('R1: any name comes back as it was, in text that PostgreSQL can hold', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.array(fc.nat(0xffff)), (text, units) => {
        const name = `${text}${String.fromCharCode(...units)}\0\\u0041\ud800`;
        const kept = toText(name);
        expect(kept.isWellFormed() && !kept.includes('\0')).toBe(true);
        expect(fromText(kept)).toBe(name);
      }),
    );
  });
});
