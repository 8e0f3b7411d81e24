import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

/**
 * Builds packages of this repository, packs them, and installs the tarballs in `folder` as a user would.
 * `packages` are names (`@overseer/core`) with what they depend on first; `extra` are further packages to install.
 */
export function installPacked(
  packages: readonly string[],
  folder: string,
  extra: readonly string[] = [],
): void {
  const turbo = join(root, 'node_modules/turbo/bin/turbo');
  run(
    process.execPath,
    [turbo, 'run', 'build', '--output-logs=errors-only', ...packages.map((n) => `--filter=${n}`)],
    root,
  );
  mkdirSync(folder, { recursive: true });
  const manifest = { name: 'packed', private: true, type: 'module' };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  const tarballs = packages.map((name) => pack(name, folder));
  run('npm', ['install', '--no-audit', '--no-fund', ...tarballs, ...extra], folder);
}

/** Runs a command to its end and returns what it printed. Throws `Error` with its words when it fails. */
export function run(command: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    shell: process.platform === 'win32',
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1', NODE_OPTIONS: '' },
  });
  if (status === 0) return stdout;
  const words = [error?.message, stdout, stderr].filter(Boolean).join('\n').slice(-4000);
  throw new Error(`${command} ${args.join(' ')} failed in ${cwd}:\n${words}`);
}

/** The subpaths that a package exports as code, as specifiers: `@overseer/core/spec`. */
export function exportedSpecifiers(name: string): readonly string[] {
  const path = join(packageFolder(name), 'package.json');
  const manifest: { readonly exports: Readonly<Record<string, unknown>> } = JSON.parse(
    readFileSync(path, 'utf8'),
  );
  return Object.keys(manifest.exports)
    .filter((subpath) => subpath !== './package.json')
    .map((subpath) => name + subpath.slice(1));
}

function pack(name: string, folder: string): string {
  const source = packageFolder(name);
  const printed = run('npm', ['pack', '--json', '--pack-destination', folder], source);
  const packed: Readonly<Record<string, unknown>> = JSON.parse(printed);
  const [tarball] = Object.values(packed) as { readonly filename: string }[];
  if (tarball === undefined) throw new Error(`npm packed nothing in ${source}.`);
  return `./${tarball.filename.replace('@', '').replace('/', '-')}`;
}

function packageFolder(name: string): string {
  return join(root, 'packages', name.replace('@overseer/', ''));
}
