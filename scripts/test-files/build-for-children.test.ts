import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readPackages } from '../layers/read-modules.ts';

const root = join(import.meta.dirname, '..', '..');

describe('what is built for the processes that tests start', () => {
  const code = process.env['OVERSEER_TEST_CODE'] ?? '';
  const specifiers = readPackages(root).flatMap(({ name, entries }) =>
    Object.keys(entries).map((subpath) => join(name, subpath)),
  );
  const main = new URL('../../packages/cli/src/main.ts', import.meta.url).href;

  it.skipIf(code === '')('Q6: stands for every entry of every package, and for the command', () => {
    const program = `
      const { existsSync } = await import('node:fs');
      const places = ${JSON.stringify([...specifiers, main])}.map((one) => import.meta.resolve(one));
      console.log(JSON.stringify(places.map((one) => [one, existsSync(new URL(one))])));`;
    const args = [code, '--input-type=module', '--eval', program];
    const found: [string, boolean][] = JSON.parse(
      execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8' }),
    );
    expect(found.length).toBeGreaterThan(40);
    for (const [place, isThere] of found) {
      expect([place, isThere]).toEqual([expect.stringContaining('/built-for-tests/'), true]);
    }
  });
});
