/** A row of numbers most of which are 0: the columns that are not, and their values. */
export interface SparseRow {
  readonly columns: ArrayLike<number>;
  readonly values: ArrayLike<number>;
}

/** A fitted line: `predict(row)` is the mean of the targets plus what the row adds. */
export interface Ridge {
  predict(row: SparseRow): number;
}

const MOST_STEPS = 200;

/** How a line is fitted. */
export interface RidgeOptions {
  /** How strongly coefficients are kept small; above 0. */
  readonly penalty: number;
  /** Columns are numbers below this. */
  readonly columns: number;
  /** How much of the targets may be left over, as a share. */
  readonly exact: number;
}

/**
 * Linear regression that keeps its coefficients small, by conjugate gradients on the rows' inner products (Hestenes and
 * Stiefel, 1952): as many unknowns as rows, however many columns there are. Pure.
 */
export function fitRidge(
  rows: readonly SparseRow[],
  targets: readonly number[],
  { penalty, columns, exact }: RidgeOptions,
): Ridge {
  const mean = rows.length === 0 ? 0 : targets.reduce((sum, one) => sum + one, 0) / rows.length;
  const weights = new Float64Array(columns);
  /** (R Rᵀ + penalty) v, by way of the columns. */
  const times = (vector: Float64Array): Float64Array => {
    spread(rows, vector, weights);
    return Float64Array.from(rows, (row, at) => dot(row, weights) + penalty * (vector[at] ?? 0));
  };
  const residual = Float64Array.from(targets, (target) => target - mean);
  const solution = solve(times, residual, exact);
  spread(rows, solution, weights);
  return { predict: (row) => mean + dot(row, weights) };
}

/** Conjugate gradients for a symmetric positive definite product. */
function solve(
  times: (vector: Float64Array) => Float64Array,
  target: Float64Array,
  exact: number,
): Float64Array {
  const solution = new Float64Array(target.length);
  const residual = Float64Array.from(target);
  let direction = Float64Array.from(target);
  let size = squared(residual);
  const small = size * exact ** 2;
  for (let step = 0; step < MOST_STEPS && size > small; step++) {
    const product = times(direction);
    const length = size / inner(direction, product);
    for (let at = 0; at < solution.length; at++) {
      solution[at] = (solution[at] ?? 0) + length * (direction[at] ?? 0);
      residual[at] = (residual[at] ?? 0) - length * (product[at] ?? 0);
    }
    const next = squared(residual);
    const turn = next / size;
    direction = Float64Array.from(residual, (value, at) => value + turn * (direction[at] ?? 0));
    size = next;
  }
  return solution;
}

/** Rᵀ v into `weights`. */
function spread(rows: readonly SparseRow[], vector: Float64Array, weights: Float64Array): void {
  weights.fill(0);
  for (let row = 0; row < rows.length; row++) {
    const { columns = [], values = [] } = rows[row] ?? {};
    const factor = vector[row] ?? 0;
    for (let at = 0; at < columns.length; at++) {
      const column = columns[at] ?? 0;
      weights[column] = (weights[column] ?? 0) + factor * (values[at] ?? 0);
    }
  }
}

function dot({ columns, values }: SparseRow, weights: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < columns.length; at++) {
    sum += (weights[columns[at] ?? 0] ?? 0) * (values[at] ?? 0);
  }
  return sum;
}

function squared(vector: Float64Array): number {
  return inner(vector, vector);
}

function inner(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += (a[at] ?? 0) * (b[at] ?? 0);
  return sum;
}
