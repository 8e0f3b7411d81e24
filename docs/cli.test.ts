import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT } from '@overseer/cli';
import { describe, expect, it } from 'vitest';
import { root } from './blocks/documents.ts';
import { runProgram } from './blocks/run-program.ts';
import { packages } from './blocks/scene.ts';

const page = readFileSync(join(root, 'docs/cli.md'), 'utf8');

const MOVING = ['nodes', 'hand-over', 'keys', 'export', 'import', 'backup', 'restore', 'drill'];
const HANDOFF = ['handoff', 'accept', 'close-handoff', 'recall-handoff'];
const UPKEEP = ['verify', 'repair', 'audit', 'seal', 'compact', 'erase', 'rotate-keys'];
const MAIL = ['mail list', 'mail show', 'mail retry', 'mail remove'];
const MODELS = ['models', 'models load', 'models unload'];
const PROJECT = ['show', 'history', 'define', 'enter', 'tick', 'untick', 'checkpoint', 'rollback'];
const PRACTICES = ['list', 'note', 'drop', 'tidy', 'import'];
const COMMANDS = [
  ...['', 'run', 'resume', 'status', 'events', 'doctor', ...MODELS],
  ...PROJECT.map((verb) => `project ${verb}`),
  ...PRACTICES.map((verb) => `practices ${verb}`),
  ...MOVING,
  ...HANDOFF,
  ...UPKEEP,
  ...MAIL,
  'mock',
  ...['login', 'logout', 'credentials'],
];

describe('docs/cli.md', { timeout: 120_000 }, () => {
  it('A6 Q3: names every command, flag and variable of the help, and no other', async () => {
    const helps: string[] = [];
    // A few at a time: each has so long, however busy the machine is.
    for (let at = 0; at < COMMANDS.length; at += 4) {
      helps.push(...(await Promise.all(COMMANDS.slice(at, at + 4).map(helpOf))));
    }
    const help = helps.join('\n');
    const flags = new Set(
      [...help.matchAll(/(?<=^ {2}(?:-\w, )?)--[\w-]+/gm)].map(([flag]) => flag),
    );
    const named = new Set([...page.matchAll(/`(--[\w-]+)/g)].map(([, flag]) => flag));
    flags.delete('--help');
    expect([...named].sort()).toEqual([...flags].sort());
    const variables = [...help.matchAll(/^ {2}([A-Z_]{6,})/gm)].map(([, name]) => name);
    expect(variables.length).toBeGreaterThan(0);
    for (const name of variables) expect(page).toContain(`| \`${name}\` |`);
  });

  it('A6 Q3: names the exit codes', () => {
    const table = page.slice(page.indexOf('## Exit codes'));
    const codes = [...table.matchAll(/^\| (\d+) \|/gm)].map(([, code]) => Number(code));
    expect(codes).toEqual(Object.values(EXIT));
  });
});

async function helpOf(command: string): Promise<string> {
  const main = join(root, 'packages/cli/src/main.ts');
  const { PATH = '', NODE_COMPILE_CACHE = '' } = process.env;
  const scene = { code: root, repository: root, env: { PATH, NODE_COMPILE_CACHE } };
  const args = [packages, main, ...command.split(' ').filter(Boolean), '--help'];
  const { stdout, stderr, code } = await runProgram(scene, process.execPath, args);
  expect(code, stderr).toBe(0);
  return stdout;
}
