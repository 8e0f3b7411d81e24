import type {
  Framework,
  FrameworkDefinition,
  FrameworkRule,
  FrameworkTest,
} from '../../spec/index.ts';
import { nearest } from '../nearest.ts';
import { enforceFramework } from './enforce-framework.ts';
import { patternProblem } from './safe-pattern.ts';

/** Something wrong in a framework's definition. */
export interface FrameworkProblem {
  /** Where: `rules[2].check.pattern`. */
  readonly at: string;
  /** What is wrong and what to do, as one sentence. */
  readonly message: string;
}

/**
 * Everything that is wrong with a definition, in its order; empty when it is sound. Runs the definition's own tests,
 * but only once all else is right.
 */
export function lintFramework(framework: Framework): readonly FrameworkProblem[] {
  const { definition } = framework;
  const problems = [
    ...lintHead(definition),
    ...repeated('components', definition.components),
    ...repeated('rules', definition.rules),
    ...definition.components.flatMap(({ weight }, i) =>
      weight !== undefined && !(weight > 0 && Number.isFinite(weight))
        ? [{ at: `components[${i}].weight`, message: 'A weight must be a number above 0.' }]
        : [],
    ),
    ...definition.rules.flatMap((rule, i) => lintRule(definition, rule, `rules[${i}]`)),
  ];
  if (problems.length > 0) return problems;
  return definition.tests.flatMap((test, i) => runTest(definition, test, `tests[${i}]`));
}

const idForm = /^[a-z][a-z0-9-]{0,63}$/;
const semanticVersion = /^\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]{1,64})?$/;

function lintHead({ id, version, scoring }: FrameworkDefinition): readonly FrameworkProblem[] {
  const problems: FrameworkProblem[] = [];
  if (!idForm.test(id)) problems.push({ at: 'id', message: badId(id) });
  if (!semanticVersion.test(version)) {
    const message = `The version ${JSON.stringify(version)} is not a semantic version; write one like 1.0.0.`;
    problems.push({ at: 'version', message });
  }
  if (!(scoring.pass >= 0 && scoring.pass <= 100)) {
    problems.push({ at: 'scoring.pass', message: 'The score to pass must be from 0 to 100.' });
  }
  return problems;
}

function repeated(
  list: string,
  parts: readonly { readonly id: string }[],
): readonly FrameworkProblem[] {
  const first = new Map<string, number>();
  return parts.flatMap(({ id }, i) => {
    const at = `${list}[${i}].id`;
    const before = first.get(id);
    if (before !== undefined) {
      const message = `The id ${JSON.stringify(id)} is taken by ${list}[${before}]; give each its own.`;
      return [{ at, message }];
    }
    first.set(id, i);
    return idForm.test(id) ? [] : [{ at, message: badId(id) }];
  });
}

function badId(id: string): string {
  return `The id ${JSON.stringify(id)} must start with a small letter and hold at most 64 of a-z, 0-9 and "-".`;
}

function lintRule(
  definition: FrameworkDefinition,
  { check, component, on }: FrameworkRule,
  at: string,
): readonly FrameworkProblem[] {
  const problems: FrameworkProblem[] = [];
  const ids = definition.components.map(({ id }) => id);
  if (component !== undefined && !ids.includes(component)) {
    const message = `There is no component ${JSON.stringify(component)}; ${hint(component, ids)}`;
    problems.push({ at: `${at}.component`, message });
  }
  if (check.type === 'pattern') {
    const message = patternProblem(check);
    if (message !== undefined) problems.push({ at: `${at}.check.pattern`, message });
  }
  if (check.type === 'min-words' && !(Number.isInteger(check.words) && check.words > 0)) {
    problems.push({ at: `${at}.check.words`, message: 'A number of words must be 1 or more.' });
  }
  if (check.type === 'model-capable' && on === 'response') {
    const message = 'A reply says nothing of what its model can do; put this rule on the prompt.';
    problems.push({ at: `${at}.check`, message });
  }
  return problems;
}

function hint(component: string, ids: readonly string[]): string {
  const near = nearest(component, ids);
  if (near !== undefined) return `did you mean ${JSON.stringify(near)}?`;
  return ids.length === 0 ? 'the definition has none.' : `use one of ${ids.join(', ')}.`;
}

function runTest(
  definition: FrameworkDefinition,
  { input, expect }: FrameworkTest,
  at: string,
): readonly FrameworkProblem[] {
  const unknown = Object.keys(input).filter(
    (id) => !definition.components.some((c) => c.id === id),
  );
  if (unknown.length > 0) {
    return [{ at: `${at}.input`, message: `There is no component ${JSON.stringify(unknown[0])}.` }];
  }
  const values = definition.components.map((component) => {
    const said = (input[component.id] ?? '').trim();
    const known = said === '' ? (component.default ?? '').trim() : '';
    return { component, said, known, text: said + known };
  });
  const report = enforceFramework({ spec: 'framework/1', definition }, values);
  const failed = report.failed.map((line) => line.slice(0, line.indexOf(':')));
  const found = `${report.pass ? 'pass' : 'fail'} (score ${report.score}${failed.length === 0 ? '' : `; failed: ${failed.join(', ')}`})`;
  if (report.pass !== expect.pass) {
    const wanted = expect.pass ? 'pass' : 'fail';
    return [
      {
        at,
        message: `The test expects ${wanted}, but the result is ${found}; correct one of them.`,
      },
    ];
  }
  const { failed: wanted } = expect;
  if (wanted !== undefined && [...wanted].sort().join() !== [...failed].sort().join()) {
    const list = wanted.length === 0 ? 'no rule' : wanted.join(', ');
    return [{ at, message: `The test expects ${list} to fail, but the result is ${found}.` }];
  }
  return [];
}
