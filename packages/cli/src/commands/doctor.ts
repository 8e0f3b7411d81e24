import { examinePostgres, type Finding, isPostgresAddress } from '@overseer/storage/postgres';
import { examineSqlite } from '@overseer/storage/sqlite';
import { EXIT } from '../exit-code.ts';
import { requireJournal } from '../setup/open-journal.ts';
import { findProject } from '../setup/project.ts';
import { processOutput } from '../view/presenter.ts';
import { oneLine } from '../view/words.ts';
import type { PlaceFlags } from './read-journal.ts';

/** What `overseer doctor` is told. */
export interface DoctorFlags extends PlaceFlags {
  readonly nodes?: number;
  readonly json?: boolean;
}

/** `overseer doctor`: whether a journal is sound, and what its place promises. Returns the exit code: failed where something is bad. */
export async function doctorCommand(flags: DoctorFlags): Promise<number> {
  const project = findProject({
    repository: flags.repo,
    journal: flags.journal,
    folder: process.cwd(),
  });
  requireJournal(project);
  const findings = isPostgresAddress(project.journal)
    ? await examinePostgres(project.journal, flags.nodes)
    : examineSqlite(project.journal);
  const lines =
    flags.json === true ? findings.map((one) => JSON.stringify(one)) : findings.flatMap(inWords);
  processOutput().write(lines.map((line) => `${line}\n`).join(''));
  return findings.some(({ state }) => state === 'bad') ? EXIT.failed : EXIT.done;
}

const MARK: Readonly<Record<Finding['state'], string>> = { good: '✓', poor: '!', bad: '✗' };

function inWords({ name, state, found, advice }: Finding): readonly string[] {
  const line = oneLine(`${MARK[state]} ${name}: ${found}`);
  return advice === undefined ? [line] : [line, oneLine(`    ${advice}`)];
}
