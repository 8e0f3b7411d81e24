import { describe, expect, it } from 'vitest';
import type { Framework, FrameworkDefinition, FrameworkRule } from '../../spec/index.ts';
import { enforceFramework, scoreReply } from './enforce-framework.ts';
import { keepsRule } from './framework-rule.ts';
import { componentValues } from './framework-values.ts';
import { lintFramework } from './lint-framework.ts';

const base: FrameworkDefinition = {
  schema: 'overseer.framework/1',
  id: 'two',
  version: '1.0.0',
  name: 'Two',
  attribution: {},
  components: [
    { id: 'ask', title: 'Ask', describe: 'What', source: 'task', required: true },
    { id: 'tone', title: 'Tone', describe: 'How', source: 'fixed', required: false },
  ],
  layout: 'flat',
  rules: [
    {
      id: 'ask-words',
      on: 'prompt',
      component: 'ask',
      severity: 'warning',
      message: 'Say more',
      check: { type: 'min-words', words: 3 },
    },
    {
      id: 'ask-whole',
      on: 'prompt',
      component: 'ask',
      severity: 'error',
      message: 'Fill the holes',
      check: { type: 'placeholder-free' },
    },
  ],
  scoring: { pass: 60 },
  decompose: 'none',
  tests: [],
};

function framework(change: Partial<FrameworkDefinition> = {}): Framework {
  return { spec: 'framework/1', definition: { ...base, ...change } };
}

function report(instruction: string, change: Partial<FrameworkDefinition> = {}) {
  const own = framework(change);
  const sources = { instruction, context: undefined, model: 'm', deliverable: '' };
  return enforceFramework(own, componentValues(own, sources));
}

describe('framework', () => {
  it('F1: the score follows the published formula', () => {
    // Weights 1 and 0.25; the second component is absent.
    expect(report('write all the tests')).toMatchObject({ score: 80, pass: true, failed: [] });
    expect(report('write tests')).toMatchObject({
      score: 60,
      pass: true,
      failed: ['ask-words: Say more'],
    });
    expect(report('write {{name}}')).toMatchObject({ score: 40, pass: false });
    expect(report('')).toMatchObject({ score: 0, pass: false });
    expect(report('').failed[0]).toBe('ask.required: Ask is missing');
  });

  it('F1: an error rule fails a prompt whatever its score', () => {
    const result = report('write about {{name}} at length', { scoring: { pass: 0 } });
    expect(result.pass).toBe(false);
  });

  it('F1: a default stands in for what nobody said, and words of the request win', () => {
    const [ask, tone] = base.components;
    const own = framework({
      components: [ask, tone].flatMap((c) => c ?? []).map((c) => ({ ...c, default: 'calm' })),
    });
    const sources = { instruction: 'go', context: undefined, model: '', deliverable: '' };
    const texts = (f: Framework) => componentValues(f, sources).map(({ text }) => text);
    expect(texts(own)).toEqual(['go', 'calm']);
    expect(texts({ ...own, parse: () => ({ ask: 'stop', tone: 'loud' }) })).toEqual([
      'stop',
      'loud',
    ]);
  });

  it('F1: rules test what they say', () => {
    expect(keepsRule({ type: 'measurable' }, 'vitest file, all green')).toBe(true);
    expect(keepsRule({ type: 'measurable' }, 'something nice')).toBe(false);
    expect(keepsRule({ type: 'placeholder-free' }, 'use `{{name}}` as it is')).toBe(true);
    expect(keepsRule({ type: 'placeholder-free' }, 'for [NEEDS CLARIFICATION: who]')).toBe(false);
    expect(keepsRule({ type: 'present' }, ' \n')).toBe(false);
    const facts = {
      model: {
        id: 'm',
        provider: 'p',
        contextWindow: 100,
        can: { tools: false, json: 'none', reasoning: false, image: false },
      },
      needsTools: false,
      size: 40,
    } as const;
    expect(keepsRule({ type: 'model-capable' }, 'm', facts)).toBe(true);
    expect(keepsRule({ type: 'model-capable' }, 'm', { ...facts, needsTools: true })).toBe(false);
    expect(keepsRule({ type: 'model-capable' }, 'm', { ...facts, size: 4_000 })).toBe(false);
  });

  it('F1: replies are scored by the response rules alone', () => {
    const rules: FrameworkRule[] = [
      ...base.rules,
      {
        id: 'short',
        on: 'response',
        severity: 'error',
        message: 'Say it',
        check: { type: 'present' },
      },
    ];
    expect(scoreReply(framework({ rules }), 'done')).toEqual({
      score: 100,
      pass: true,
      failed: [],
    });
    expect(scoreReply(framework({ rules }), '')).toEqual({
      score: 0,
      pass: false,
      failed: ['short: Say it'],
    });
  });
});

describe('lintFramework', () => {
  it('F1: a sound definition has no problems', () => {
    expect(
      lintFramework(
        framework({ tests: [{ input: { ask: 'write some tests' }, expect: { pass: true } }] }),
      ),
    ).toEqual([]);
  });

  it('F1: problems say where they are and what to do', () => {
    const [ask] = base.components;
    const [rule] = base.rules;
    if (ask === undefined || rule === undefined) throw new Error('fixture');
    const problems = lintFramework(
      framework({
        id: 'Bad Id',
        version: '1',
        components: [ask, ask],
        rules: [
          { ...rule, component: 'asc' },
          { ...rule, id: 'slow', check: { type: 'pattern', pattern: '(a+)+$' } },
          { ...rule, id: 'none', check: { type: 'min-words', words: 0 } },
        ],
        scoring: { pass: 101 },
      }),
    );
    expect(problems.map(({ at }) => at)).toEqual([
      'id',
      'version',
      'scoring.pass',
      'components[1].id',
      'rules[0].component',
      'rules[1].check.pattern',
      'rules[2].check.words',
    ]);
    expect(problems[4]?.message).toBe('There is no component "asc"; did you mean "ask"?');
  });

  it('F1: a definition whose own tests fail is refused', () => {
    const problems = lintFramework(
      framework({
        tests: [
          { input: { ask: 'write {{x}} now' }, expect: { pass: true } },
          { input: { ask: 'write it' }, expect: { pass: true, failed: [] } },
          { input: { what: 'x' }, expect: { pass: true } },
        ],
      }),
    );
    expect(problems.map(({ at }) => at)).toEqual(['tests[0]', 'tests[1]', 'tests[2].input']);
    expect(problems[0]?.message).toContain('expects pass, but the result is fail');
  });
});
