import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const main = join(import.meta.dirname, 'main.ts');

/** Prints the address of every module that is loaded, before what the program prints. */
const telling = `--import=data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module';
  import { writeSync } from 'node:fs';
  registerHooks({
    load(url, context, next) {
      writeSync(2, url + '\\n');
      return next(url, context);
    },
  });
`)}`;

/** What of this repository's packages is loaded by a command, as `storage/sqlite`. */
async function loadedBy(...args: readonly string[]): Promise<ReadonlySet<string>> {
  const nodeArgs = ['--conditions=@overseer/source', telling, main, ...args];
  const { stderr } = await promisify(execFile)(process.execPath, nodeArgs);
  const parts = [...stderr.matchAll(/\/packages\/(\w+)\/src\/([\w-]+)/g)];
  return new Set(parts.map(([, owner, folder]) => `${owner}/${folder}`));
}

describe('starting overseer', () => {
  it.each([[['--help']], [['run', '--help']], [['models', '--help']]])(
    'A6: %j loads no store, no adapter and no framework, so that help is there at once',
    async (args) => {
      const loaded = await loadedBy(...args);
      expect(loaded).toContain('cli/commands');
      expect([...loaded].filter((part) => /^(storage|adapters|frameworks)\//.test(part))).toEqual(
        [],
      );
    },
  );

  it('A6: a command loads what it works with, and none of the others', async () => {
    const loaded = await loadedBy('master-key');
    expect(loaded).toContain('storage/at-rest');
    expect(
      [...loaded].filter((part) => /^(adapters|frameworks|storage\/(s3|backup))\b/.test(part)),
    ).toEqual([]);
  });
});
