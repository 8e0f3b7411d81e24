import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressesOf, isPostgresAddress, redact } from './addresses.ts';
import { fromText, toText } from './names.ts';
import { requireTls } from './require-tls.ts';

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

  it.each([
    'postgres://u@localhost:5432/d',
    'postgres://127.0.0.1/d',
    'postgres://u:p@[::1]:2/d',
    'postgres:///d?host=/run/postgresql',
    'postgres://%2Frun%2Fpostgresql/d',
    'postgres://db.example.com/d?sslmode=verify-full',
    'postgres://db/d?application_name=x&sslmode=disable',
  ])('X2: %s says enough', (address) => {
    expect(() => requireTls([address], undefined)).not.toThrow();
  });

  it.each([
    'postgres://u:sesame@db.example.com/d',
    'postgres://10.0.0.7:5432/d',
    'postgres://localhost.example.com/d',
    'postgres:///d?host=db',
    'postgres://localhost/d?host=db.example.com',
    'postgres://db/d?sslmode=',
    'postgres://db/d?sslnegotiation=postgres',
  ])('X2: %s is refused without TLS, or a word that it is not wanted', (address) => {
    const addresses = ['postgres://localhost/d', address];
    let said = '';
    try {
      requireTls(addresses, undefined);
    } catch (error) {
      said = String(error);
    }
    expect(said).toMatch(/is on another host, .*sslmode=verify-full.*sslmode=disable/);
    expect(said).not.toContain('sesame');
    expect(() => requireTls(addresses, true)).not.toThrow();
    expect(() => requireTls(addresses, false)).not.toThrow();
  });

  it('X2: what the variables of the driver say counts', () => {
    expect(() => requireTls(['postgres:///d'], undefined, { PGHOST: 'db' })).toThrow(
      /config.tls|TLS|encrypted/,
    );
    expect(() =>
      requireTls(['postgres://db/d'], undefined, { PGSSLMODE: 'verify-full' }),
    ).not.toThrow();
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
