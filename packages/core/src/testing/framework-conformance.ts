import { deepEqual, equal, ok } from 'node:assert/strict';
import { lintFramework } from '../internal/framework/lint-framework.ts';
import type { Framework } from '../spec/index.ts';
import type { ConformanceRule } from './rule.ts';

/** The rules of the `Framework` contract: a sound definition whose own tests hold, and a `parse` that is pure and total. */
export function frameworkConformance(framework: Framework): readonly ConformanceRule[] {
  return rules.map(({ name, check }) => ({
    name,
    check: async () => check(framework),
  }));
}

const rules: readonly { readonly name: string; readonly check: (framework: Framework) => void }[] =
  [
    { name: 'F1: the definition is sound and its own tests hold', check: isSound },
    { name: 'F1: the definition is plain data', check: isData },
    { name: 'F1: the definition says where it comes from', check: isAttributed },
    { name: 'F1: parse finds only components that there are', check: parsesComponents },
    { name: 'F1: parse gives the same for the same request', check: parsesPurely },
    { name: 'F1: parse takes any request, in time', check: parsesAnything },
  ];

function isSound(framework: Framework): void {
  const problems = lintFramework(framework).map(({ at, message }) => `${at}: ${message}`);
  deepEqual(problems, []);
  ok(framework.definition.tests.length > 0, 'The definition has no tests; give it at least one.');
}

function isData({ definition }: Framework): void {
  deepEqual(JSON.parse(JSON.stringify(definition)), definition);
}

function isAttributed({ definition: { attribution } }: Framework): void {
  ok(
    attribution.source !== undefined || attribution.note !== undefined,
    'The attribution has neither a source nor a note; say where the framework comes from.',
  );
}

function parsesComponents(framework: Framework): void {
  const { components } = framework.definition;
  const ids = new Set(components.map(({ id }) => id));
  for (const request of requestsFor(framework)) {
    for (const [id, text] of Object.entries(framework.parse?.(request) ?? {})) {
      ok(ids.has(id), `parse gave ${JSON.stringify(id)}, which is no component.`);
      equal(typeof text, 'string', `parse gave no text for ${JSON.stringify(id)}.`);
    }
  }
}

function parsesPurely(framework: Framework): void {
  for (const request of requestsFor(framework)) {
    deepEqual(framework.parse?.(request), framework.parse?.(request));
  }
}

/** Far above what a parser needs, and far below what an exponential one takes. */
const slowestMs = 2_000;

function parsesAnything(framework: Framework): void {
  const started = performance.now();
  for (const piece of ['a', ' ', '\n', '#', '# ', '**', ':', '`', '[', '\u{1f600}', '\ud800']) {
    framework.parse?.(piece.repeat(16_384));
  }
  const took = performance.now() - started;
  ok(took < slowestMs, `parse took ${Math.round(took)} ms for hostile requests.`);
}

function requestsFor({ definition }: Framework): readonly string[] {
  const { components } = definition;
  const under = (before: string, after: string) =>
    components.map(({ title }) => `${before}${title}${after}\nSome words.`).join('\n\n');
  return ['', 'Write a test.', under('## ', ''), under('', ':'), under('**', '**:'), 'a: b\nc: d'];
}
