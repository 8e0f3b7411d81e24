import { ConfigError } from '../errors/config-error.ts';
import { suggest } from '../internal/nearest.ts';
import type { PlanTask, TaskInput } from '../spec/task.ts';
import { findCycle } from './find-cycle.ts';
import { keepFilesApart } from './keep-files-apart.ts';

/**
 * Fills in what a task may leave out and checks the graph. `existing` are keys of tasks that are there already: they
 * may be needed, and must not be used again. Tasks that share a file and do not wait for each other are put in the
 * given order. Throws `ConfigError` with one line a problem: `plan.duplicate-key`, `plan.unknown-need`, `plan.cycle`,
 * which names the cycle, or `plan.empty-instruction`.
 */
export function normaliseTasks(
  inputs: readonly TaskInput[],
  existing: readonly string[] = [],
): readonly PlanTask[] {
  const tasks = nameTasks(inputs, existing);
  checkInstructions(tasks);
  checkKeys(tasks, existing);
  checkNeeds(tasks, existing);
  return keepFilesApart(tasks);
}

function nameTasks(inputs: readonly TaskInput[], existing: readonly string[]): readonly PlanTask[] {
  const taken = new Set(existing);
  for (const { key } of inputs) if (key !== undefined) taken.add(key);
  let count = 0;
  const fresh = (): string => {
    do count += 1;
    while (taken.has(`t${count}`));
    return `t${count}`;
  };
  return inputs.map((input) => withDefaults(input, input.key ?? fresh()));
}

function withDefaults(input: TaskInput, key: string): PlanTask {
  const { instruction, role, step, origin } = input;
  return {
    key,
    title: input.title ?? titleOf(instruction) ?? key,
    instruction,
    kind: input.kind ?? 'write',
    needs: [...new Set(input.needs ?? [])],
    files: input.files ?? [],
    priority: input.priority ?? 'medium',
    checks: input.checks ?? [],
    ...(role === undefined ? {} : { role }),
    ...(step === undefined ? {} : { step }),
    ...(origin === undefined ? {} : { origin }),
  };
}

/** The first line of a text, at most 80 characters. */
function titleOf(instruction: string): string | undefined {
  const line = instruction.trim().split(/\r?\n/, 1)[0] ?? '';
  if (line === '') return undefined;
  return line.length <= 80 ? line : `${line.slice(0, 79)}…`;
}

function checkInstructions(tasks: readonly PlanTask[]): void {
  const problems = tasks.flatMap(({ key, instruction, step, kind }) =>
    instruction.trim() === '' && step === undefined && kind !== 'check'
      ? [`Task ${key} says nothing to do: give it an instruction.`]
      : [],
  );
  if (problems.length > 0) throw new ConfigError('plan.empty-instruction', problems.join('\n'));
}

function checkKeys(tasks: readonly PlanTask[], existing: readonly string[]): void {
  const seen = new Set(existing);
  const twice = new Set<string>();
  for (const { key } of tasks) {
    if (seen.has(key)) twice.add(key);
    seen.add(key);
  }
  if (twice.size === 0) return;
  const problems = [...twice].map(
    (key) => `There is more than one task with the key ${JSON.stringify(key)}; rename all but one.`,
  );
  throw new ConfigError('plan.duplicate-key', problems.join('\n'));
}

function checkNeeds(tasks: readonly PlanTask[], existing: readonly string[]): void {
  const known = new Set([...existing, ...tasks.map(({ key }) => key)]);
  const problems: string[] = [];
  for (const { key, needs } of tasks) {
    for (const need of needs) {
      if (known.has(need)) continue;
      problems.push(
        `Task ${key} needs ${JSON.stringify(need)}, which is not there: ${suggest(need, [...known].slice(0, 50))}.`,
      );
    }
  }
  if (problems.length > 0) throw new ConfigError('plan.unknown-need', problems.join('\n'));
  const cycle = findCycle(tasks);
  if (cycle === undefined) return;
  throw new ConfigError(
    'plan.cycle',
    `These tasks wait for each other, so that none can start: ${cycle.join(' → ')}. Take one of these needs out.`,
  );
}
