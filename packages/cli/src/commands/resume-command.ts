import { shownJournal } from '../setup/open-journal.ts';
import type { RunFlags } from './run-flags.ts';
import { quote } from './words-of-flags.ts';

/** The command of a program of that name that goes on with a run that was started with these flags. */
export function resumeCommandOf(program: string, flags: RunFlags): string {
  const said: readonly (readonly [string, string | undefined])[] = [
    ['--repo', flags.repo],
    ['--journal', flags.journal === undefined ? undefined : shownJournal(flags.journal)],
    ['--tasks', flags.tasks],
    ['--save-plan', flags.savePlan],
    ['--base-url', flags.baseUrl],
    ['--keep-runs', flags.keepRuns],
    ...flags.model.map((name) => ['--model', name] as const),
    ...flags.limit.map((limit) => ['--limit', limit] as const),
    ...flags.price.map((price) => ['--price', price] as const),
  ];
  const words = said.flatMap(([flag, value]) =>
    value === undefined ? [] : [`${flag} ${quote(value)}`],
  );
  return [`${program} resume`, ...words].join(' ');
}
