import ts from 'typescript';

/** Literals of the same form that are no codes of errors. */
const OTHERS: readonly string[] = ['overseer.error', 'overseer.push', 'plan.md'];

const CODE = /^[a-z]+\.[a-z]+(?:-[a-z]+)*$/;

/** The areas of codes that errors are made with: `config` of `new ConfigError('config.limit', …)` or `configError(…)`. */
export function areasIn(source: string): readonly string[] {
  return literals(source)
    .filter(({ isFirstOfError, text }) => isFirstOfError && CODE.test(text))
    .map(({ text }) => areaOf(text));
}

/**
 * The codes of errors that a source names, wherever they stand: every literal `area.problem` of a known area that is
 * not the name of an event.
 */
export function codesIn(
  source: string,
  areas: ReadonlySet<string>,
  events: ReadonlySet<string>,
): readonly string[] {
  return literals(source)
    .map(({ text }) => text)
    .filter((text) => CODE.test(text) && areas.has(areaOf(text)))
    .filter((text) => !events.has(text) && !OTHERS.includes(text));
}

function areaOf(code: string): string {
  return code.slice(0, code.indexOf('.'));
}

interface Literal {
  readonly text: string;
  /** It is the first argument of `new …Error(…)` or `…Error(…)`. */
  readonly isFirstOfError: boolean;
}

function literals(source: string): readonly Literal[] {
  const file = ts.createSourceFile('x.ts', source, ts.ScriptTarget.Latest, true);
  const found: Literal[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node)) {
      found.push({ text: node.text, isFirstOfError: isFirstOfError(node) });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function isFirstOfError(node: ts.Node): boolean {
  const { parent } = node;
  if (!ts.isNewExpression(parent) && !ts.isCallExpression(parent)) return false;
  if (parent.arguments?.[0] !== node) return false;
  return ts.isIdentifier(parent.expression) && parent.expression.text.endsWith('Error');
}
