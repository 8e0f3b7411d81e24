import ts from 'typescript';

/** One module that a file names, wherever and however it does: statically, dynamically, as a type, or to resolve it. */
export interface ImportFact {
  readonly specifier: string;
  readonly line: number;
  /** Erased when the file is compiled. */
  readonly typeOnly: boolean;
  /** `export … from`. */
  readonly reExport: boolean;
}

/** What the layer rules need to know of one file. `path` is relative to the repository's root, with forward slashes. */
export interface ModuleFacts {
  readonly path: string;
  readonly lines: number;
  readonly imports: readonly ImportFact[];
  readonly exportsAll: boolean;
  readonly exportsDefault: boolean;
  /** It has statements, and each is a re-export. */
  readonly barrel: boolean;
  /** Nothing of it remains when types are erased. */
  readonly typesOnly: boolean;
}

/** Reads the facts off a file's text; parses only, resolves and checks nothing. */
export function moduleFacts(path: string, text: string): ModuleFacts {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true, ts.ScriptKind.TS);
  const { statements } = file;
  return {
    path,
    lines: text.split('\n').length - (text.endsWith('\n') ? 1 : 0),
    imports: importsOf(file),
    exportsAll: statements.some((s) => ts.isExportDeclaration(s) && s.exportClause === undefined),
    exportsDefault: statements.some(isDefault),
    barrel: statements.length > 0 && statements.every(isReExport),
    typesOnly: statements.every(isErased),
  };
}

function importsOf(file: ts.SourceFile): readonly ImportFact[] {
  const found: ImportFact[] = [];
  const visit = (node: ts.Node): void => {
    const named = namedModule(node);
    if (named !== undefined) {
      const line = file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1;
      found.push({
        specifier: named,
        line,
        typeOnly: isErased(node) || ts.isImportTypeNode(node),
        reExport: ts.isExportDeclaration(node),
      });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function namedModule(node: ts.Node): string | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
    return textOf(node.moduleSpecifier);
  }
  if (ts.isImportTypeNode(node)) {
    return ts.isLiteralTypeNode(node.argument) ? textOf(node.argument.literal) : undefined;
  }
  if (!ts.isCallExpression(node)) return undefined;
  const callee = node.expression;
  const loads =
    callee.kind === ts.SyntaxKind.ImportKeyword || callee.getText() === 'import.meta.resolve';
  return loads ? textOf(node.arguments[0]) : undefined;
}

function textOf(node: ts.Node | undefined): string | undefined {
  return node !== undefined && ts.isStringLiteralLike(node) ? node.text : undefined;
}

function isReExport(statement: ts.Statement): boolean {
  return ts.isExportDeclaration(statement) && statement.moduleSpecifier !== undefined;
}

function isDefault(statement: ts.Statement): boolean {
  if (ts.isExportAssignment(statement)) return true;
  if (ts.isExportDeclaration(statement)) {
    const clause = statement.exportClause;
    return (
      clause !== undefined &&
      ts.isNamedExports(clause) &&
      clause.elements.some((element) => element.name.text === 'default')
    );
  }
  return (
    ts.canHaveModifiers(statement) &&
    (ts.getModifiers(statement) ?? []).some((m) => m.kind === ts.SyntaxKind.DefaultKeyword)
  );
}

function isErased(node: ts.Node): boolean {
  if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) return true;
  if (ts.isImportDeclaration(node)) {
    return node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
  }
  return ts.isExportDeclaration(node) && node.isTypeOnly;
}
