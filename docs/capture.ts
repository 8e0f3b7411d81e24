import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './blocks/documents.ts';

// Runs the main job and puts what it prints, shortened, into README.md between its marks:
//   node --conditions=@overseer/source docs/capture.ts
const WIDTH = 132;
const MARKS = ['<!-- capture -->', '<!-- end of capture -->'] as const;

const home = mkdtempSync(join(tmpdir(), 'overseer-capture-'));
try {
  const lines = shorten(printed(home).split('\n'));
  const file = join(root, 'README.md');
  const block = ['```text', '$ npm start -- --plain', ...lines, '```'].join('\n');
  writeFileSync(file, between(readFileSync(file, 'utf8'), `\n${block}\n`));
} finally {
  rmSync(home, { recursive: true });
}

function printed(place: string): string {
  const env = { ...process.env, OVERSEER_DEMO_HOME: place, NO_COLOR: '1' };
  const options = { cwd: root, env, encoding: 'utf8' } as const;
  return execFileSync('npm', ['-s', 'start', '--', '--plain'], options).replaceAll(
    place,
    '.overseer',
  );
}

/** The beginning and the end of what happened, the whole table, and the first lines of each list below it. */
function shorten(lines: readonly string[]): readonly string[] {
  const table = lines.findIndex((line) => line.startsWith('task '));
  const before = lines.slice(0, table).filter((line) => line !== '');
  const paragraphs = lines.slice(table).join('\n').trim().split('\n\n');
  const [tasks = '', ...rest] = paragraphs;
  const shown = [
    ...cutMiddle(before, 14, 4),
    '',
    ...tasks.split('\n'),
    ...rest.flatMap((paragraph) => ['', ...cutMiddle(paragraph.split('\n'), 8, 0)]),
  ];
  return shown.map((line) =>
    (line.length <= WIDTH ? line : `${line.slice(0, WIDTH - 1)}…`).trimEnd(),
  );
}

function cutMiddle(lines: readonly string[], first: number, last: number): readonly string[] {
  if (lines.length <= first + last) return lines;
  return [...lines.slice(0, first), '…', ...lines.slice(lines.length - last)];
}

function between(text: string, content: string): string {
  const [from, to] = MARKS.map((mark) => text.indexOf(mark));
  if (from === undefined || to === undefined || from < 0 || to < from) {
    throw new Error(`README.md lacks ${MARKS.join(' … ')}.`);
  }
  return `${text.slice(0, from + MARKS[0].length)}${content}${text.slice(to)}`;
}
