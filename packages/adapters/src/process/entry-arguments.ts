import { fileURLToPath } from 'node:url';

/** A module that runs as a process of its own. */
export interface ProcessEntry {
  /** The `import.meta.url` of the module that asks. */
  readonly self: string;
  /** Where its source is, as seen from there. */
  readonly source: string;
  /** How a built package names it. */
  readonly specifier: string;
}

/** What Node needs to run an entry as this process would: its conditions, and the entry's path. */
export function entryArguments(
  { self, source, specifier }: ProcessEntry,
  execArgv: readonly string[] = process.execArgv,
): readonly string[] {
  const conditions = inheritedConditions(execArgv);
  if (!self.endsWith('.ts')) {
    return [...conditions, fileURLToPath(import.meta.resolve(specifier))];
  }
  // A test runner resolves sources by itself, so that its own Node need not know the condition.
  const all = conditions.includes(SOURCE) ? conditions : [...conditions, SOURCE];
  return [...all, fileURLToPath(new URL(source, self))];
}

const SOURCE = '--conditions=@overseer/source';

/** The conditions among Node's arguments, in their one-word form. */
function inheritedConditions(execArgv: readonly string[]): readonly string[] {
  return execArgv.flatMap((argument, index) => {
    const [, name, joined] = /^(-C|--conditions)(?:=(.*))?$/.exec(argument) ?? [];
    if (name === undefined) return [];
    return [`--conditions=${joined ?? execArgv[index + 1] ?? ''}`];
  });
}
