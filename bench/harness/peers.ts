import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { peerFolder } from './registry.ts';

/**
 * Installs a peer into its own folder by its own lock file, unless it is there; peers never mix with the workspaces,
 * so that what each one installs can be counted. Throws `Error` with npm's words when that fails.
 */
export function installPeer(name: string, progress: (line: string) => void): void {
  const folder = peerFolder(name);
  if (!existsSync(new URL('package.json', folder))) return;
  if (existsSync(new URL('node_modules/.package-lock.json', folder))) return;
  progress(`installing ${name} …`);
  const { status, stderr } = spawnSync(
    'npm',
    ['ci', '--ignore-scripts', '--legacy-peer-deps', '--workspaces=false', '--loglevel=error'],
    { cwd: fileURLToPath(folder), encoding: 'utf8', shell: process.platform === 'win32' },
  );
  if (status !== 0) throw new Error(`npm could not install ${name}: ${stderr.trim()}`);
}
