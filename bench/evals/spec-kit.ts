import type { EvalReport, EvalSetting, EvalWork } from '../harness/eval-work.ts';
import { type Accounted, accountedLines } from '../spec-kit/accounted-lines.ts';
import { corpusFolder } from '../spec-kit/corpus-folder.ts';
import { taskFiles } from '../spec-kit/task-files.ts';

const BAR = 0.995;
const NOTED_LINES = 20;

/** How many lines of real task files the Spec Kit reader accounts for. */
export const work: EvalWork = {
  summary: 'lines of real task files that the Spec Kit reader accounts for',
  evaluate: evaluateReader,
};

async function evaluateReader({ data }: EvalSetting): Promise<EvalReport> {
  const files = taskFiles(corpusFolder(data)).map(accountedLines);
  const boxes = files.flatMap((file) => file.boxes);
  const tasks = boxes.filter(({ task }) => task).length;
  const count = (lines: (file: Accounted) => readonly number[]): number =>
    files.reduce((sum, file) => sum + lines(file).length, 0);
  return {
    figures: [
      {
        metric: 'tasksRead',
        unit: 'share',
        value: 1 - count(({ unread }) => unread) / tasks,
        atLeast: BAR,
        n: tasks,
      },
      {
        metric: 'boxesAccounted',
        unit: 'share',
        value: 1 - count(({ silent }) => silent) / boxes.length,
        atLeast: BAR,
        n: boxes.length,
      },
      { metric: 'files', unit: 'files', value: files.length, n: files.length },
    ],
    notes: [
      ...notes(files, 'not read as a task', ({ unread }) => unread),
      ...notes(files, 'not accounted for', ({ silent }) => silent),
    ],
  };
}

function notes(
  files: readonly Accounted[],
  what: string,
  lines: (file: Accounted) => readonly number[],
): readonly string[] {
  return files
    .flatMap((file) => lines(file).map((line) => `${file.path}:${line} ${what}`))
    .slice(0, NOTED_LINES);
}
