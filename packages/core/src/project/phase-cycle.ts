import { ConfigError } from '../errors/config-error.ts';
import type { PhaseSpec } from '../spec/project.ts';

/**
 * Throws `ConfigError` `project.cycle` where phases can be done only after each other, which their criteria `phase-done`
 * say: none of them ever could.
 */
export function requireNoCycle(phases: readonly PhaseSpec[]): void {
  const needs = new Map(phases.map((phase) => [phase.name, doneBefore(phase)]));
  const safe = new Set<string>();
  const path: string[] = [];
  const visit = (name: string): void => {
    if (safe.has(name)) return;
    const at = path.indexOf(name);
    if (at >= 0) throw cycleError([...path.slice(at), name]);
    path.push(name);
    for (const next of needs.get(name) ?? []) visit(next);
    path.pop();
    safe.add(name);
  };
  for (const name of needs.keys()) visit(name);
}

function doneBefore({ enter = [], leave = [] }: PhaseSpec): readonly string[] {
  return [...enter, ...leave].flatMap(({ kind, value }) =>
    kind === 'phase-done' && typeof value === 'string' ? [value] : [],
  );
}

function cycleError(cycle: readonly string[]): ConfigError {
  return new ConfigError(
    'project.cycle',
    `No phase of these can ever be done, since each waits for the next: ${cycle.join(' → ')}. Take one criterion phase-done out.`,
  );
}
