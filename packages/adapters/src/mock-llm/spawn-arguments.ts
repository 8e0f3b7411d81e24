import { fileURLToPath } from 'node:url';

/** What Node needs to run the service's entry as this process would: its conditions, and the entry's path. */
export function entryArguments(
  self: string = import.meta.url,
  execArgv: readonly string[] = process.execArgv,
): readonly string[] {
  const conditions = inheritedConditions(execArgv);
  if (!self.endsWith('.ts'))
    return [...conditions, fileURLToPath(import.meta.resolve('@overseer/adapters/mock-llm/main'))];
  // A test runner resolves sources by itself, so that its own Node need not know the condition.
  const all = conditions.includes(SOURCE) ? conditions : [...conditions, SOURCE];
  return [...all, fileURLToPath(new URL('./main.ts', self))];
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
