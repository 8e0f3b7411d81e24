import { join } from 'node:path';
import ts from 'typescript';

/** The fields of an event's data: `because: string`, `budget?.usd: number`, in the order of the alphabet. */
export type Fields = readonly string[];

const SPEC = join(import.meta.dirname, '..', '..', 'packages', 'core', 'src', 'spec', 'event.ts');

/** What every type of event carries, as its declaration in `spec/event.ts` has it; everything that it refers to included. */
export function readFields(
  file: string = SPEC,
  name = 'EventData',
): Readonly<Record<string, Fields>> {
  const program = ts.createProgram([file], {
    target: ts.ScriptTarget.ESNext,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    allowImportingTsExtensions: true,
    noEmit: true,
    strict: true,
    exactOptionalPropertyTypes: true,
    types: [],
  });
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(file);
  const declared = source?.statements.find(
    (one): one is ts.InterfaceDeclaration =>
      ts.isInterfaceDeclaration(one) && one.name.text === name,
  );
  if (declared === undefined) throw new Error(`${file} has no interface ${name}.`);
  const fieldsOf = new FieldReader(checker);
  return Object.fromEntries(
    checker
      .getTypeAtLocation(declared)
      .getProperties()
      .map((property) => [property.name, fieldsOf.read(checker.getTypeOfSymbol(property))] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** Types that refer to themselves; what they are is not looked into. */
const WHOLE: ReadonlySet<string> = new Set(['Json', 'JsonObject']);

class FieldReader {
  readonly #checker: ts.TypeChecker;

  constructor(checker: ts.TypeChecker) {
    this.#checker = checker;
  }

  read(type: ts.Type): Fields {
    return [...new Set(this.#lines('', type, []))].sort();
  }

  *#lines(path: string, type: ts.Type, above: readonly ts.Type[]): Generator<string> {
    const alias = type.aliasSymbol?.name ?? type.symbol?.name ?? '';
    const element = this.#elementOf(type);
    if (WHOLE.has(alias) || above.includes(type)) yield `${path}: ${alias}`;
    else if (type.isUnion() && !isLiterals(type)) {
      for (const part of type.types.filter(isDefined)) yield* this.#lines(path, part, above);
    } else if (element !== undefined) yield* this.#lines(`${path}[]`, element, [...above, type]);
    else if (isObject(type)) yield* this.#members(path, type, [...above, type]);
    else yield `${path}: ${this.#nameOf(type)}`;
  }

  *#members(path: string, type: ts.Type, above: readonly ts.Type[]): Generator<string> {
    const mark = kindOf(type, this.#checker);
    const index = this.#checker.getIndexTypeOfType(type, ts.IndexKind.String);
    if (index !== undefined) yield* this.#lines(`${path}{}`, index, above);
    for (const property of type.getProperties()) {
      const isOptional = (property.flags & ts.SymbolFlags.Optional) !== 0;
      const place = `${path === '' ? '' : `${path}${mark}.`}${property.name}${isOptional ? '?' : ''}`;
      yield* this.#lines(place, this.#checker.getTypeOfSymbol(property), above);
    }
  }

  #elementOf(type: ts.Type): ts.Type | undefined {
    return this.#checker.isArrayType(type) || this.#checker.isTupleType(type)
      ? this.#checker.getIndexTypeOfType(type, ts.IndexKind.Number)
      : undefined;
  }

  /** Names of a union in one order, whatever order the compiler has. */
  #nameOf(type: ts.Type): string {
    const names = type.isUnion()
      ? type.types.filter(isDefined).map((part) => this.#checker.typeToString(part))
      : [this.#checker.typeToString(type)];
    return [...new Set(names)].sort().join(' | ');
  }
}

function isDefined({ flags }: ts.Type): boolean {
  return (flags & ts.TypeFlags.Undefined) === 0;
}

function isLiterals(type: ts.UnionType): boolean {
  return type.types.every((part) => !isObject(part));
}

function isObject(type: ts.Type): boolean {
  return (type.flags & ts.TypeFlags.Object) !== 0;
}

/** What tells one object of a union from the others: `(text)`. */
function kindOf(type: ts.Type, checker: ts.TypeChecker): string {
  for (const name of ['kind', 'type']) {
    const property = type.getProperty(name);
    const value = property && checker.getTypeOfSymbol(property);
    if (value?.isStringLiteral()) return `(${value.value})`;
  }
  return '';
}
