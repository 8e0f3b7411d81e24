import { existsSync } from 'node:fs';
import type { MockReply, MockRequest } from '@overseer/adapters/mock-llm';
import { accounts } from './accounts.ts';
import { answerFor, readAnswer } from './answers.ts';
import { askedTask } from './asked-task.ts';
import { kit } from './kit-tasks.ts';

/**
 * What a coder does next at a task of the kit: reads the file that it is about to replace, if there is one, or before it
 * writes about the library what the library says of itself; then writes its answer; then says what it did. Where it stands is read off the tool calls in the request.
 */
export function workTask(request: MockRequest): MockReply {
  const { key, title, isRepair } = askedTask(request);
  const answer = answerFor(key, isRepair);
  if (answer === undefined) return { text: `${title}: done, as far as a mock model can.` };
  const account = accounts[answer] ?? 'Done.';
  const files = readAnswer(answer);
  if (!request.tools.includes('write_file')) return { text: inWords(account, files) };
  const called = toolsCalled(request);
  if (called.has('write_file')) return { text: account };
  const source = firstToRead(files.map(({ path }) => path));
  if (source !== undefined && request.tools.includes('read_file') && !called.has('read_file')) {
    return { toolCalls: [{ name: 'read_file', input: { path: source } }] };
  }
  return {
    toolCalls: files.map(({ path, content }) => ({ name: 'write_file', input: { path, content } })),
  };
}

function firstToRead(paths: readonly string[]): string | undefined {
  const old = paths.find((path) => existsSync(new URL(path, kit)));
  return old ?? (paths.some((path) => path.endsWith('.md')) ? 'README.md' : undefined);
}

function toolsCalled({ messages }: MockRequest): ReadonlySet<string> {
  return new Set(messages.flatMap(({ toolCalls }) => toolCalls.map(({ name }) => name)));
}

/** For a model that may not write files. */
function inWords(account: string, files: ReturnType<typeof readAnswer>): string {
  const blocks = files.map(({ path, content }) => `${path}:\n\`\`\`\`\n${content}\`\`\`\``);
  return [account, ...blocks].join('\n\n');
}
