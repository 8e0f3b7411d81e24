import { ATTEMPT_TRAILER, oneLine } from './commit-message.ts';
import type { Repository } from './repository.ts';
import { type Entry, parseRawDiff } from './tree-entry.ts';

/** A change that went in. */
export interface FoundChange {
  readonly commit: string;
  readonly parent: string;
  readonly entries: readonly Entry[];
}

/** Looks for an attempt's change by its trailer, in the commits since `base`, or in all where it is unknown. */
export function findChange(
  repository: Repository,
  attempt: string,
  base: string | undefined,
  signal: AbortSignal,
): Promise<FoundChange | undefined> {
  return findByTrailer(repository, ATTEMPT_TRAILER, attempt, base, signal);
}

/** Looks for a commit by the value of one of its trailers, in those since `base`, or in all where it is unknown. */
export async function findByTrailer(
  repository: Repository,
  trailer: string,
  value: string,
  base: string | undefined,
  signal: AbortSignal,
): Promise<FoundChange | undefined> {
  const wanted = oneLine(value);
  const format = `%H %P%x09%(trailers:key=${trailer},valueonly,separator=%x09)`;
  const search = ['--fixed-strings', `--grep=${trailer}: ${wanted}`];
  const log = ['log', '-z', `--format=${format}`, ...search];
  const since = base === undefined ? 'HEAD' : `${base}..HEAD`;
  const answer = await repository.git([...log, since, '--'], { codes: [0, 128], signal });
  // A base that is no longer there says nothing about what is.
  const all = answer.code === 0 ? answer : await repository.git([...log, 'HEAD', '--'], { signal });
  const { text } = all;
  for (const record of text.split('\0')) {
    const [commits = '', ...attempts] = record.split('\t');
    const [commit, parent] = commits.split(' ');
    if (commit === undefined || parent === undefined || !attempts.includes(wanted)) continue;
    return { commit, parent, entries: await changeEntries(repository, parent, commit, signal) };
  }
  return undefined;
}

/** The paths in which two trees differ. */
export async function changeEntries(
  { git }: Repository,
  before: string,
  after: string,
  signal: AbortSignal,
): Promise<readonly Entry[]> {
  const args = [
    'diff-tree',
    '-r',
    '-z',
    '--raw',
    '--no-renames',
    `${before}^{tree}`,
    `${after}^{tree}`,
  ];
  return parseRawDiff((await git(args, { signal })).text);
}
