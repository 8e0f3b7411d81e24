import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createKeyPair, exportStore, fileSink } from '@overseer/storage/package';
import { sealFile, sqlite } from '@overseer/storage/sqlite';
import { readFlags } from './command-line/read-flags.ts';
import { goldenKeys } from './golden/keys.ts';
import { writeHistory } from './golden/write-history.ts';

const HELP = `node scripts/with-node.mjs scripts/make-golden.ts NAME

Makes packages/storage/golden/NAME.sqlite, NAME.json and NAME.ovpkg with the code as it is: a journal with runs in every
state, what they are, and the same as a package; and sealed/NAME.sqlite, the same sealed. One is made for every format that is
released; none is ever made anew.
`;

const folder = join(import.meta.dirname, '..', 'packages', 'storage', 'golden');
const { positionals, values } = readFlags({
  allowPositionals: true,
  options: { history: { type: 'string' }, help: { type: 'boolean', default: false } },
});
const [name] = positionals;
if (values.history !== undefined) await workAndDie(values.history);
else if (values.help || name === undefined) process.stdout.write(HELP);
else await make(name);

/** Works in this process, says what there is, and is killed in the middle of a call. */
async function workAndDie(path: string): Promise<void> {
  const history = await writeHistory(path);
  process.stdout.write(`${JSON.stringify(history)}\n`, () => process.kill(process.pid, 'SIGKILL'));
}

async function make(format: string): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), 'overseer-golden-'));
  try {
    const path = join(scratch, 'journal.db');
    const history = await historyOf(path);
    const place = join(folder, `${format}.sqlite`);
    // The log beside the file comes into it, and the lease of the dead process stays.
    const database = new DatabaseSync(path);
    database.prepare('VACUUM INTO ?').run(place);
    database.close();
    await writeFile(
      join(folder, `${format}.json`),
      `${JSON.stringify(JSON.parse(history), null, 2)}\n`,
    );
    const sealed = join(folder, 'sealed', `${format}.sqlite`);
    await copyFile(place, sealed);
    await sealFile(sealed, goldenKeys);
    const store = await sqlite(path)();
    await using sink = await fileSink(join(folder, `${format}.ovpkg`));
    await exportStore(store, sink, { sign: createKeyPair().secret });
    await sink.commit();
    await store.close();
  } finally {
    await rm(scratch, { recursive: true });
  }
}

async function historyOf(path: string): Promise<string> {
  const child = spawn(
    process.execPath,
    [...process.execArgv, import.meta.filename, '--history', path],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk;
  });
  const [, signal] = await once(child, 'close');
  if (signal !== 'SIGKILL') throw new Error('The history came to no end.');
  return said;
}
