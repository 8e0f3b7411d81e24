import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { initRepository } from '@overseer/adapters/git';
import { root } from './documents.ts';

/** Where the blocks of one document run. */
export interface Scene {
  /** Blocks that are programs lie here, inside the repository, so that they find its packages. */
  readonly code: string;
  /** A small git repository: the working folder of every block. */
  readonly repository: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Where Node reads our packages: what was built of them for this run of the tests, or their sources. */
export const packages: string =
  process.env['OVERSEER_TEST_CODE'] ?? '--conditions=@overseer/source';

/** The folder of all scenes; git ignores it. */
export const scenes: string = join(root, '.overseer', 'docs');

/** Makes a document's scene anew, with the mock service at `url` in place of every provider, and a database where there is one. */
export async function createScene(
  document: string,
  url: string,
  database?: string,
): Promise<Scene> {
  const folder = join(scenes, document.replaceAll(/\W+/g, '-').toLowerCase());
  const code = join(folder, 'code');
  const repository = join(folder, 'repository');
  const bin = join(folder, 'bin');
  await rm(folder, { recursive: true, force: true });
  for (const path of [code, repository, bin]) await mkdir(path, { recursive: true });
  for (const [name, text] of Object.entries(project)) await writeFile(join(repository, name), text);
  await initRepository(repository);
  await writeFile(join(bin, 'overseer'), command);
  await chmod(join(bin, 'overseer'), 0o755);
  return {
    code,
    repository,
    env: { ...environment(bin, folder, url), ...(database && { DATABASE_URL: database }) },
  };
}

const project: Readonly<Record<string, string>> = {
  '.gitignore': 'node_modules\n*.db\n*.db-*\n',
  'README.md': '# Greeting\n\nGreets people.\n',
  'package.json': `${JSON.stringify({ name: 'greeting', private: true, type: 'module' }, null, 2)}\n`,
};

const command = `#!/bin/sh
exec "${process.execPath}" --conditions=@overseer/source "${join(root, 'packages/cli/src/main.ts')}" "$@"
`;

/** A clean environment; the keys are made up, and the SDKs' own variables lead them to the mock service. */
function environment(bin: string, home: string, url: string): Readonly<Record<string, string>> {
  const path = [bin, dirname(process.execPath), process.env['PATH'] ?? ''].join(delimiter);
  return {
    PATH: path,
    NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? '',
    HOME: home,
    LANG: 'C.UTF-8',
    NO_COLOR: '1',
    GIT_AUTHOR_NAME: 'Reader',
    GIT_AUTHOR_EMAIL: 'reader@example.com',
    GIT_COMMITTER_NAME: 'Reader',
    GIT_COMMITTER_EMAIL: 'reader@example.com',
    OPENAI_API_KEY: 'made-up',
    OPENAI_BASE_URL: `${url}/v1`,
    ANTHROPIC_API_KEY: 'made-up',
    ANTHROPIC_BASE_URL: url,
    GOOGLE_API_KEY: 'made-up',
    GOOGLE_GEMINI_BASE_URL: url,
    CO_API_KEY: 'made-up',
    CO_API_URL: url,
    OLLAMA_HOST: url,
  };
}
