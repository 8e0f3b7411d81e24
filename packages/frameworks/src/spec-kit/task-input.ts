import type { Check, Priority, TaskInput, TaskKind } from '@overseer/core/spec';
import type { DocumentTask, Phase, TaskDocument } from './task-document.ts';

/** How tasks of a document become tasks of a run. */
export interface SpecKitPlanOptions {
  /** Checks for every task, or for each task by itself; those of the document come before them. */
  readonly checks?: readonly Check[] | ((task: DocumentTask) => readonly Check[]);
  /** Whether commands in `Verify:` bullets become checks; the default is true. */
  readonly verify?: boolean;
  /** Whether tasks marked `[ ]*` are worked too; the default is false. */
  readonly optional?: boolean;
}

const longestInstruction = 12_000;
const longestTitle = 200;

/** One task of the run: its title starts with its id, its instruction holds all that the document says of it. */
export function taskInput(
  document: TaskDocument,
  task: DocumentTask,
  needs: ReadonlySet<string>,
  options: SpecKitPlanOptions,
): TaskInput {
  const phase = task.phase === undefined ? undefined : document.phases[task.phase];
  const priority = priorityOf(phase);
  return {
    key: task.uid,
    title: clip(task.id === undefined ? task.title : `${task.id} ${task.title}`, longestTitle),
    instruction: clip(instructionOf(task, phase), longestInstruction),
    kind: kindOf(task),
    needs: [...needs],
    files: task.files.map(({ path }) => path),
    checks: checksOf(task, options),
    ...(priority === undefined ? {} : { priority }),
    ...(phase === undefined ? {} : { phase: phase.title }),
    ...(task.markAt === undefined ? {} : { origin: { file: document.file, uid: task.uid } }),
  };
}

function instructionOf(task: DocumentTask, phase: Phase | undefined): string {
  const criteria = task.criteria
    .filter(({ checked }) => checked !== undefined)
    .map(({ text }) => `- ${text}`);
  const parts = [
    task.title === '' ? (task.id ?? 'A task without text') : task.title,
    task.details.join('\n').trim(),
    criteria.length === 0 ? '' : `Acceptance criteria:\n${criteria.join('\n')}`,
    phase === undefined ? '' : phaseText(phase),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function phaseText({ title, purpose, goal, independentTest }: Phase): string {
  const facts = [
    ['Purpose', purpose],
    ['Goal', goal],
    ['How the whole phase is tested', independentTest],
  ] as const;
  const lines = facts.flatMap(([name, text]) => (text ? [`${name}: ${text}`] : []));
  return [`This task is a part of "${title}"; do only this task.`, ...lines].join('\n');
}

const testFile =
  /(?:^|\/)(?:tests?|__tests__|e2e)\/|(?:^|\/)test_[^/]*$|[._-](?:test|spec)\.[^/.]+$/i;
const textFile = /\.(?:md|mdx|rst|txt|adoc)$|(?:^|\/)docs\/$/i;

/** By the first file; a title that starts by speaking of tests decides for a task that names any test file. */
function kindOf({ files, title }: DocumentTask): TaskKind {
  const paths = files.map(({ path }) => path);
  const speaksOfTests = /^(?:\S+\s+){0,4}tests?\b/i.test(title);
  if (speaksOfTests && paths.some((path) => testFile.test(path))) return 'test';
  const [first] = paths;
  if (first === undefined) return /^(?:document|describe)\b/i.test(title) ? 'document' : 'code';
  if (testFile.test(first)) return 'test';
  return paths.every((path) => textFile.test(path)) ? 'document' : 'code';
}

function checksOf(
  task: DocumentTask,
  { checks = [], verify = true }: SpecKitPlanOptions,
): readonly Check[] {
  const own = verify ? task.verify.map((value): Check => ({ kind: 'command', value })) : [];
  return [...own, ...(typeof checks === 'function' ? checks(task) : checks)];
}

function priorityOf(phase: Phase | undefined): Priority | undefined {
  switch (phase?.priority) {
    case undefined:
      return undefined;
    case 'P0':
      return 'critical';
    case 'P1':
      return 'high';
    case 'P2':
      return 'medium';
    default:
      return 'low';
  }
}

function clip(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1).trimEnd()}…`;
}
