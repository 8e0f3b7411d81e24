import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitRidge, type SparseRow } from './ridge.ts';

const row = (...values: readonly number[]): SparseRow => ({
  columns: values.map((_, at) => at),
  values,
});

describe('fitRidge', () => {
  it('M14: finds the line that data lies on, where it hardly shrinks', () => {
    const rows = [row(-1, 2), row(1, 0), row(0, -2), row(2, 1), row(-2, -1)];
    const targets = rows.map(({ values }) => 3 + 2 * (values[0] ?? 0) - (values[1] ?? 0));
    const ridge = fitRidge(rows, targets, { penalty: 1e-9, columns: 2, exact: 1e-9 });
    const centre = targets.reduce((sum, one) => sum + one, 0) / rows.length;
    expect(ridge.predict(row(0, 0))).toBeCloseTo(centre, 6);
    expect(ridge.predict(row(5, 1)) - ridge.predict(row(4, 1))).toBeCloseTo(2, 5);
  });

  it('M14: solves its equations: what is left over is the penalty times the solution', () => {
    const numbers = fc.integer({ min: -5, max: 5 });
    const rows = fc.array(fc.tuple(numbers, numbers, numbers, numbers), {
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(rows, fc.integer({ min: 1, max: 20 }), (data, penalty) => {
        const sparse = data.map(([a, b, c]) => row(a, b, c));
        const targets = data.map(([, , , target]) => target);
        const ridge = fitRidge(sparse, targets, { penalty, columns: 3, exact: 1e-9 });
        // The gradient of the penalised error is 0 at the solution: Rᵀ(target − prediction) = penalty × weights.
        const unit = [row(1, 0, 0), row(0, 1, 0), row(0, 0, 1)];
        const base = ridge.predict({ columns: [], values: [] });
        for (const [column, one] of unit.entries()) {
          const weight = ridge.predict(one) - base;
          const pull = sparse.reduce(
            (sum, each, at) =>
              sum + (each.values[column] ?? 0) * ((targets[at] ?? 0) - ridge.predict(each)),
            0,
          );
          expect(pull).toBeCloseTo(penalty * weight, 4);
        }
      }),
    );
  });

  it('M14: of no rows is 0 everywhere', () => {
    expect(fitRidge([], [], { penalty: 1, columns: 2, exact: 1e-9 }).predict(row(3, 4))).toBe(0);
  });
});
