import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Block, readBlocks } from './read-blocks.ts';

/** The repository's root. */
export const root: string = join(import.meta.dirname, '..', '..');

/** A document with its code blocks. */
export interface Document {
  /** Relative to the repository. */
  readonly path: string;
  readonly text: string;
  readonly blocks: readonly Block[];
}

/** The documents whose blocks are run: `README.md`, `docs/*.md`, `docs/providers/*.md` and `packages/…/README.md`. */
export function readDocuments(): readonly Document[] {
  const docs = ['docs', 'docs/providers'].flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith('.md'))
      .map((name) => `${folder}/${name}`),
  );
  const packages = readdirSync(join(root, 'packages')).map((name) => `packages/${name}/README.md`);
  const paths = ['README.md', ...docs, ...packages];
  return paths
    .filter((path) => existsSync(join(root, path)))
    .map((path) => {
      const text = readFileSync(join(root, path), 'utf8');
      return { path, text, blocks: readBlocks(path, text) };
    });
}
