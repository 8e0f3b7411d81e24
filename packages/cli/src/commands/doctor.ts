import { OverseerError } from '@overseer/core/plugin';
import { examinePostgres, type Finding, isPostgresAddress } from '@overseer/storage/postgres';
import { examineSqlite } from '@overseer/storage/sqlite';
import { EXIT } from '../exit-code.ts';
import { readingStoreOf, requireJournal } from '../setup/open-journal.ts';
import { findProject, type Project } from '../setup/project.ts';
import { processOutput } from '../view/presenter.ts';
import { oneLine } from '../view/words.ts';
import type { PlaceFlags } from './read-journal.ts';
import { retentionFindings } from './retention-finding.ts';

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
  const examined = isPostgresAddress(project.journal)
    ? await examinePostgres(project.journal, flags.nodes)
    : examineSqlite(project.journal);
  const findings = [...examined, ...(await retentionOf(project, examined))];
  const lines =
    flags.json === true ? findings.map((one) => JSON.stringify(one)) : findings.flatMap(inWords);
  processOutput().write(lines.map((line) => `${line}\n`).join(''));
  return findings.some(({ state }) => state === 'bad') ? EXIT.failed : EXIT.done;
}

/** What has to be in order, and there, for a journal to be read. */
const NEEDED: readonly string[] = ['file', 'integrity', 'schema', 'journal'];

/** What a journal keeps for how long; of one that cannot be read nothing is said. */
async function retentionOf(
  project: Project,
  examined: readonly Finding[],
): Promise<readonly Finding[]> {
  const needed = examined.filter(({ name }) => NEEDED.includes(name));
  const isReadable = needed.every(({ state, isMissing }) => state === 'good' && isMissing !== true);
  if (!isReadable || !needed.some(({ name }) => name === 'schema')) return [];
  try {
    const store = await readingStoreOf(project)();
    try {
      return await retentionFindings(store, Date.now());
    } finally {
      await store.close();
    }
  } catch (error) {
    if (!OverseerError.is(error)) throw error;
    const found = `what is kept how long cannot be read: ${error.message}`;
    return [{ name: 'retention', state: 'poor', found }];
  }
}

const MARK: Readonly<Record<Finding['state'], string>> = { good: '✓', poor: '!', bad: '✗' };

function inWords({ name, state, found, advice }: Finding): readonly string[] {
  const line = oneLine(`${MARK[state]} ${name}: ${found}`);
  return advice === undefined ? [line] : [line, oneLine(`    ${advice}`)];
}
