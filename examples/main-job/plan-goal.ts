import type { MockReply, MockRequest } from '@overseer/adapters/mock-llm';
import { askedTask } from './asked-task.ts';
import { type KitTask, readKitTasks } from './kit-tasks.ts';

/** One task as a plan in JSON has it. */
interface PlannedTask {
  readonly key: string;
  readonly title: string;
  readonly instruction: string;
  readonly kind: string;
  readonly needs: readonly string[];
  readonly files: readonly string[];
  readonly role: null;
  readonly priority: 'high' | 'medium';
  readonly checks: readonly { readonly kind: string; readonly value: string }[];
}

/**
 * Plans a goal in words. With a project: the kit's tasks that the goal names by function, and what they need, or all of
 * them where it names none. Without: an outline, a draft and a final text.
 */
export function planGoal(request: MockRequest): MockReply {
  const { prompt } = askedTask(request);
  const goal = goalOf(prompt);
  const hasFiles = !prompt.includes('There is no project folder');
  const tasks = hasFiles ? kitPlan(goal, allowedChecks(prompt)) : textPlan(goal);
  return { text: JSON.stringify({ tasks }) };
}

/** What stands between the order to plan and the form of the answer. */
function goalOf(prompt: string): string {
  const between = /checked on their own:\s*([\s\S]*?)\s*Answer with one JSON object/.exec(prompt);
  return between?.[1] ?? /^# Task \S+: (.*)$/m.exec(prompt)?.[1] ?? prompt;
}

function allowedChecks(prompt: string): readonly string[] {
  return /Checks may be of these kinds: ([^.]*)\./.exec(prompt)?.[1]?.split(', ') ?? [];
}

function kitPlan(goal: string, checks: readonly string[]): readonly PlannedTask[] {
  const all = readKitTasks();
  const named = all.filter((task) => functionsOf(task).some((name) => isNamed(goal, name)));
  const wanted = named.length === 0 ? all : withNeeds(named, all);
  return wanted.map((task) => toPlanned(task, checks));
}

/** The names in a task's text that are written in code's way (`titleCase`), or as its file is called. */
function functionsOf({ text, file }: KitTask): readonly string[] {
  const stem = file.slice(file.lastIndexOf('/') + 1, file.lastIndexOf('.'));
  return [stem, ...(text.match(/\b[a-z]+[A-Z]\w*/g) ?? [])];
}

function isNamed(goal: string, name: string): boolean {
  return goal
    .toLowerCase()
    .split(/[^\p{L}\p{N}-]+/u)
    .includes(name.toLowerCase());
}

function withNeeds(named: readonly KitTask[], all: readonly KitTask[]): readonly KitTask[] {
  const ids = new Set(named.map(({ id }) => id));
  // A set that grows while it is walked is walked to its new end, which makes this transitive.
  for (const id of ids) for (const need of all.find((t) => t.id === id)?.needs ?? []) ids.add(need);
  return all.filter(({ id }) => ids.has(id));
}

function toPlanned(
  { id, text, file, needs, verify }: KitTask,
  checks: readonly string[],
): PlannedTask {
  const isChecked = verify !== undefined && checks.includes('command');
  return {
    key: id,
    title: `${id} ${text.replaceAll('`', '')}`,
    instruction: `${text}.`,
    kind: kindOf(file),
    needs,
    files: [file],
    role: null,
    priority: 'medium',
    checks: isChecked ? [{ kind: 'command', value: verify }] : [],
  };
}

function kindOf(file: string): string {
  if (file.endsWith('.md')) return 'document';
  return file.startsWith('test/') ? 'test' : 'code';
}

function textPlan(goal: string): readonly PlannedTask[] {
  const step = (key: string, title: string, instruction: string, needs: readonly string[]) => ({
    key,
    title,
    instruction: `${instruction}\n\nThe goal: ${goal}`,
    kind: 'write',
    needs,
    files: [],
    role: null,
    priority: 'medium' as const,
    checks: [],
  });
  return [
    step('outline', 'Outline the answer', 'List the points that the answer must make.', []),
    step('draft', 'Draft the answer', 'Write the answer along the outline.', ['outline']),
    step('final', 'Finish the answer', 'Correct the draft and give the final text.', ['draft']),
  ];
}
