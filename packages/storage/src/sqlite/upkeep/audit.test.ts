import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { testKeys } from '../keys.fixture.ts';
import type { SqliteOptions } from '../sqlite.ts';
import { temporaryFolder } from '../temporary-folder.fixture.ts';
import { checkAudit } from './check-audit.ts';
import { exportAudit } from './export-audit.ts';
import { SAMPLE, writeJournal } from './journal.fixture.ts';
import { verifyFile } from './verify-file.ts';

const { newPath } = temporaryFolder(afterAll);
const KEYS = testKeys();
const SEALED: SqliteOptions = { encryption: { keys: KEYS }, compress: 'all' };

describe('an exported audit', () => {
  it('X3 R11: proves itself without the store, with the hashes that the store has', async () => {
    for (const options of [{}, SEALED]) {
      const { path, lines } = await exported(options);
      const report = await checkAudit(lines);
      expect(report.problem).toBeUndefined();
      expect(report).toMatchObject({ isSound: true });
      const { streams } = await verifyFile(path, { keys: KEYS });
      expect(report.streams).toEqual(
        streams.map(({ name, events, hash }) => ({ name, events, hash })),
      );
    }
  });

  it('X3: shows what was sealed with keys alone, and proves it without', async () => {
    const { path, lines } = await exported(SEALED);
    expect(lines.join('\n')).toContain('because 3');
    expect(lines.join('\n')).toContain('large words large words');
    const blind = await linesOf(exportAudit(path));
    expect(blind.join('\n')).not.toMatch(/because|large words/);
    expect(await checkAudit(blind)).toMatchObject({ isSound: true });
  });

  it('X3: still checks after a run was erased, and says nothing of it', async () => {
    const { path, lines } = await exported(SEALED, ['b']);
    expect(lines.join('\n')).toContain('because 1');
    expect(lines.join('\n')).not.toContain('because 3');
    const before = await checkAudit(lines);
    expect(before).toMatchObject({ isSound: true });
    expect((await verifyFile(path)).streams[0]?.hash).toBe(before.streams[0]?.hash);
  });

  it('X3 Q6: one that an older version wrote still checks', async () => {
    const golden = join(import.meta.dirname, '../../../golden/3.sqlite');
    const [first = '', ...rest] = await linesOf(exportAudit(golden));
    const older = first.replace('overseer.audit/2', 'overseer.audit/1');
    expect(older).not.toBe(first);
    expect(rest.join('')).toContain('{\\"id\\":');
    expect(await checkAudit([older, ...rest])).toMatchObject({ isSound: true });
    const newer = first.replace('overseer.audit/2', 'overseer.audit/3');
    expect(await checkAudit([newer, ...rest])).toMatchObject({
      problem: expect.stringContaining('known here (overseer.audit/1, overseer.audit/2)'),
    });
  });

  it('X3: any changed, missing, repeated or moved line is told', async () => {
    const { lines } = await exported({});
    await fc.assert(
      fc.asyncProperty(
        fc.nat(lines.length - 1),
        fc.nat(lines.length - 1),
        fc.constantFrom('drop', 'repeat', 'swap', 'change', 'cut'),
        async (at, other, how) => {
          const forged = forge(lines, at, other, how);
          if (forged.join('\n') === lines.join('\n')) return;
          const report = await checkAudit(forged);
          expect(report, `${how} ${at} ${other}`).toMatchObject({ isSound: false });
          expect(report.problem).toMatch(/^(Line \d+: .*|It .*|Stream .*)\.$/);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('R11: of a journal that is damaged does not check', async () => {
    const path = newPath();
    await writeJournal(path);
    const database = new DatabaseSync(path);
    database.exec("UPDATE event SET body = replace(body, 'because 3', 'because 9')");
    database.close();
    const report = await checkAudit(await linesOf(exportAudit(path)));
    expect(report).toMatchObject({
      isSound: false,
      problem: expect.stringContaining('seq 3 of project/x does not follow'),
    });
    expect(report.streams).toMatchObject([{ name: 'project/x', events: 2 }]);
  });
});

function forge(
  lines: readonly string[],
  at: number,
  other: number,
  how: 'drop' | 'repeat' | 'swap' | 'change' | 'cut',
): readonly string[] {
  const [one = '', two = ''] = [lines[at], lines[other]];
  switch (how) {
    case 'drop':
      return lines.toSpliced(at, 1);
    case 'repeat':
      // A large string may be said twice.
      return one.startsWith('{"blob"') ? lines : lines.toSpliced(at, 0, one);
    case 'swap':
      // Where it is said matters as little, and so does how events of two streams lie between each other.
      if (`${one}${two}`.includes('{"blob"') || streamOf(one) !== streamOf(two)) return lines;
      return lines.with(at, two).with(other, one);
    case 'change':
      return lines.with(at, one.replace(/because \d|words|"events":\d/, 'forged'));
    case 'cut':
      return lines.slice(0, at);
  }
}

function streamOf(line: string): unknown {
  return JSON.parse(line).stream;
}

async function exported(options: SqliteOptions, erased: readonly string[] = []) {
  const path = newPath();
  await writeJournal(path, options, SAMPLE, erased);
  return { path, lines: await linesOf(exportAudit(path, options.encryption ?? {})) };
}

async function linesOf(source: AsyncIterable<string>): Promise<readonly string[]> {
  const lines: string[] = [];
  for await (const line of source) lines.push(line);
  return lines;
}
