import { access } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';

/** Variables that programs need on Windows to run at all. */
const WINDOWS = [
  'SYSTEMROOT',
  'WINDIR',
  'COMSPEC',
  'PATHEXT',
  'APPDATA',
  'LOCALAPPDATA',
  'USERPROFILE',
];

/**
 * The environment of a check: PATH (with the `node_modules/.bin` of the folder and those above it in front, and this Node at
 * the end), HOME, TMPDIR, LANG, `CI=true`, and what `names` lists. Nothing else of this process is passed on, no key by chance.
 */
export async function cleanEnv(
  folder: string,
  names: readonly string[],
  own: NodeJS.ProcessEnv = process.env,
): Promise<Record<string, string>> {
  const env: Record<string, string> = { CI: 'true', LANG: own['LANG'] ?? 'C.UTF-8' };
  const wanted = process.platform === 'win32' ? [...WINDOWS, 'TEMP', 'TMP'] : [];
  for (const name of ['HOME', 'TMPDIR', ...wanted, ...names]) {
    const value = own[name];
    if (value !== undefined) env[name] = value;
  }
  const path = [...(await binFolders(folder)), own['PATH'] ?? '', dirname(process.execPath)];
  env['PATH'] = path.filter((part) => part !== '').join(delimiter);
  return env;
}

async function binFolders(folder: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (let at = folder; ; at = dirname(at)) {
    const bin = join(at, 'node_modules', '.bin');
    if (await exists(bin)) found.push(bin);
    if (dirname(at) === at) return found;
  }
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}
