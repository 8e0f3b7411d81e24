import assert from 'node:assert/strict';
import { generate } from '../../call/generate.ts';
import type { ModelErrorKind } from '../../spec/model.ts';
import { context, failureOf, GREETING, REQUEST, textOf } from './calling.ts';
import type { ModelRule } from './rule.ts';

interface Failure {
  readonly model: string;
  readonly kind: ModelErrorKind;
  readonly retryable: boolean;
  readonly retryAfterMs?: number;
}

const FAILURES: readonly Failure[] = [
  { model: 'err-400', kind: 'invalid', retryable: false },
  { model: 'err-401', kind: 'auth', retryable: false },
  { model: 'err-403', kind: 'permission', retryable: false },
  { model: 'err-404', kind: 'not-found', retryable: false },
  { model: 'err-413', kind: 'context-overflow', retryable: false },
  { model: 'err-429-2', kind: 'rate-limit', retryable: true, retryAfterMs: 2000 },
  { model: 'err-500', kind: 'server', retryable: true },
  { model: 'err-503', kind: 'overloaded', retryable: true },
  { model: 'err-529', kind: 'overloaded', retryable: true },
];

interface Cut {
  readonly model: string;
  readonly what: string;
  readonly kinds: readonly ModelErrorKind[];
}

const CUTS: readonly Cut[] = [
  { model: 'trunc', what: 'a stream that just ends is an error', kinds: ['interrupted'] },
  { model: 'midstream', what: 'an error in mid-stream is one', kinds: ['server', 'overloaded'] },
  { model: 'cut', what: 'a lost connection is an error', kinds: ['network', 'interrupted'] },
  { model: 'malformed', what: 'a piece that is no JSON is an error', kinds: ['protocol'] },
];

/** How refusals and broken streams must look. */
export const failureRules: readonly ModelRule[] = [
  ...FAILURES.map(failureRule),
  ...CUTS.map(cutRule),
];

function failureRule(expected: Failure): ModelRule {
  return {
    name: `M18: ${expected.model} fails with kind ${expected.kind}, ${expected.retryable ? 'worth' : 'not worth'} another try`,
    model: expected.model,
    needs: 'network',
    check: async (model) => {
      const error = await failureOf(generate(model, REQUEST, context()));
      assert.equal(error.kind, expected.kind, error.message);
      assert.equal(error.retryable, expected.retryable);
      assert.equal(error.retryAfterMs, expected.retryAfterMs);
      assert.equal(error.status, Number(expected.model.split('-')[1]));
      assert.deepEqual(error.partial, []);
    },
  };
}

function cutRule(cut: Cut): ModelRule {
  return {
    name: `M18: ${cut.what}, worth another try, and what had arrived is kept`,
    model: cut.model,
    needs: 'network',
    check: async (model) => {
      const error = await failureOf(generate(model, REQUEST, context()));
      assert.ok(cut.kinds.includes(error.kind), `kind ${error.kind}: ${error.message}`);
      assert.equal(error.retryable, true);
      const partial = (error.partial ?? []).map(textOf).join('');
      assert.ok(partial !== '' && GREETING.startsWith(partial), `partial text ${partial}`);
    },
  };
}
