import ts from 'typescript';

/** A test that cites requirements, by the ids before the colon of its name. */
export interface Citation {
  readonly ids: readonly string[];
  readonly name: string;
  readonly path: string;
  readonly line: number;
}

const TITLED: readonly string[] = ['it', 'test', 'describe'];
const IDS = /^([A-Z]\d{1,2}(?:[ ,]+[A-Z]\d{1,2})*):/;

/** The citations in one file's text: names of tests (`it('R1 R2: …')`), and of conformance rules (`name: 'R1: …'`). */
export function citationsIn(path: string, text: string): readonly Citation[] {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true, ts.ScriptKind.TS);
  const found: Citation[] = [];
  const visit = (node: ts.Node): void => {
    const name = titleOf(node);
    const ids = IDS.exec(name ?? '')?.[1]?.split(/[ ,]+/);
    if (name !== undefined && ids !== undefined) {
      const line = file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1;
      found.push({ ids, name, path, line });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function titleOf(node: ts.Node): string | undefined {
  if (ts.isCallExpression(node)) {
    return TITLED.includes(rootName(node.expression)) ? textOf(node.arguments[0]) : undefined;
  }
  const named = ts.isPropertyAssignment(node) && node.name.getText() === 'name';
  return named ? textOf(node.initializer) : undefined;
}

/** `it` of `it.each(rows)` and of `it.skipIf(x)`. */
function rootName(node: ts.Expression): string {
  if (ts.isCallExpression(node) || ts.isPropertyAccessExpression(node)) {
    return rootName(node.expression);
  }
  return ts.isIdentifier(node) ? node.text : '';
}

function textOf(node: ts.Node | undefined): string | undefined {
  if (node === undefined) return undefined;
  if (ts.isStringLiteralLike(node)) return node.text;
  return ts.isTemplateExpression(node) ? node.head.text : undefined;
}
