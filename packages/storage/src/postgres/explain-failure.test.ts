import { describe, expect, it } from 'vitest';
import { explainFailure, isCollision, isLost } from './explain-failure.ts';

describe('explainFailure', () => {
  it.each([
    ['53100', 'store.full', /no room left on the disk of db/],
    ['53300', 'store.unreachable', /max_connections/],
    ['28P01', 'store.unreachable', /refuses the password/],
    ['3D000', 'store.unreachable', /no such database/],
    ['25006', 'store.read-only', /standby/],
    ['42501', 'store.read-only', /may not do that/],
    ['42P01', 'store.corrupt', /Tables are missing/],
    ['XX001', 'store.corrupt', /backup/],
    ['55P03', 'store.busy', /did not finish in time/],
    ['ECONNREFUSED', 'store.unreachable', /host and port/],
    ['57P01', 'store.unreachable', /cannot be reached/],
    ['XX000', 'store.failed', /log of PostgreSQL/],
  ])('X5: %s is %s', (code, refused, said) => {
    const failure = explainFailure(Object.assign(new Error('said so'), { code }), 'db');
    expect(failure.refused).toBe(refused);
    expect(failure.message).toMatch(said);
    expect(failure.message).toMatch(new RegExp(`\\(${code} said so\\)\\.$`));
  });

  it('X5: names every address of a host that was tried', () => {
    const tried = ['::1', '127.0.0.1'].map((host) => new Error(`connect ECONNREFUSED ${host}`));
    const error = Object.assign(new AggregateError(tried), { code: 'ECONNREFUSED' });
    expect(explainFailure(error, 'db').message).toContain('ECONNREFUSED 127.0.0.1');
    expect(explainFailure('words', 'db').refused).toBe('store.failed');
  });

  it('R1: tells a connection that is lost from a transaction that another came in between of', () => {
    const coded = (code: string) => Object.assign(new Error(''), { code });
    expect(['08006', '57P02', '25P03', 'ECONNRESET'].every((code) => isLost(coded(code)))).toBe(
      true,
    );
    expect(isLost(new Error('Connection terminated unexpectedly'))).toBe(true);
    expect(['23505', '53100', '28P01'].some((code) => isLost(coded(code)))).toBe(false);
    expect(['23505', '40P01', '40001'].every((code) => isCollision(coded(code)))).toBe(true);
    expect(isCollision(coded('08006'))).toBe(false);
  });
});
