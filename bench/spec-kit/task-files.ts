import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One task file of a corpus. */
export interface TaskFile {
  /** Relative to the corpus. */
  readonly path: string;
  readonly text: string;
}

/**
 * The Spec Kit task files of a corpus: those that its `index.tsv` (columns `repo`, `path`, `format`) calls
 * `speckit-tasks`, or every `tasks.md` where there is no index. Throws `Error` when there is none.
 */
export function taskFiles(corpus: string): readonly TaskFile[] {
  const index = join(corpus, 'index.tsv');
  const paths = existsSync(index)
    ? indexed(readFileSync(index, 'utf8'))
    : globSync('**/tasks.md', { cwd: corpus }).sort();
  if (paths.length === 0) throw new Error(`${corpus} holds no Spec Kit task file.`);
  return paths.map((path) => ({ path, text: readFileSync(join(corpus, path), 'utf8') }));
}

function indexed(tsv: string): readonly string[] {
  const [head = '', ...rows] = tsv.split('\n').filter((line) => line !== '');
  const column = (name: string): number => head.split('\t').indexOf(name);
  const [repo, path, format] = [column('repo'), column('path'), column('format')];
  return rows
    .map((row) => row.split('\t'))
    .filter((cells) => cells[format] === 'speckit-tasks')
    .map((cells) => `${cells[repo]}/${cells[path]}`);
}
