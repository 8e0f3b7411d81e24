import type { MockRequest } from '@overseer/adapters/mock-llm';
import type { KitTask } from './kit-tasks.ts';

const tools = ['read_file', 'write_file', 'list_files'];

/** What a hand-made request for work may say beside its task. */
export interface WorkOptions {
  readonly model?: string;
  /** What the prompt tells of earlier attempts. */
  readonly history?: string;
  /** Tools that this attempt has used already. */
  readonly called?: readonly string[];
}

/** A coder's request for a task of the kit. */
export function work(
  { id, text }: KitTask,
  { history = '', ...options }: WorkOptions = {},
): MockRequest {
  const title = `${id} ${text.replaceAll('`', '')}`;
  return request(`${history}# Task ${id}: ${title}\n\n${text}`, options);
}

/** A request with this prompt, and one finished step for each tool called. */
export function request(
  prompt: string,
  { model = 'coder-a-1', called = [] }: WorkOptions,
): MockRequest {
  const steps = called.flatMap((name, i) => [
    {
      role: 'assistant' as const,
      text: '',
      toolCalls: [{ id: `c${i}`, name, input: {} }],
      toolResults: [],
    },
    {
      role: 'tool' as const,
      text: '',
      toolCalls: [],
      toolResults: [{ id: `c${i}`, text: 'done' }],
    },
  ]);
  return {
    dialect: 'openai-chat',
    model,
    system: 'You write code.',
    messages: [{ role: 'user', text: prompt, toolCalls: [], toolResults: [] }, ...steps],
    tools,
    toolChoice: 'auto',
    lastText: prompt,
    nth: 1,
    body: {},
  };
}

/** A file as a review shows it. */
export interface Shown {
  readonly path: string;
  readonly content: string;
}

/** A reviewer's request that shows these files. */
export function review(id: string, files: readonly Shown[]): MockRequest {
  const blocks = files.map(({ path, content }) => data(`file ${path}`, content));
  const text = [
    `# Task ${id}/review-1-0: Review of ${id} Implement it`,
    'Does the work do what the task asks, correctly and completely?',
    data('the answer', 'I used any and left a TODO.'),
    ...blocks,
    'Answer with one JSON object and nothing else: {"verdict": "pass" | "fail", …}',
  ].join('\n\n');
  return { ...request(text, { model: 'planner-1' }), dialect: 'anthropic-messages', tools: [] };
}

function data(label: string, text: string): string {
  return `<overseer-data of="${label}">\n${text}\n</overseer-data>`;
}
