import { createOverseer } from '@overseer/core';
import type { ModelRequest, TaskGraph, Tool } from '@overseer/core/spec';
import { fakeModel } from '@overseer/core/testing';
import { teamParts } from '../../packages/cli/src/setup/team.ts';

/** How many tasks of one document are worked. */
const TASKS = 40;

/**
 * The requests of a run that works the tasks of a document one after the other, as the command does: each task reads a
 * file, writes one, and says so. `file` is what it reads.
 */
export async function workedRequests(
  { title, tasks, context }: TaskGraph,
  file: string,
): Promise<readonly ModelRequest[]> {
  const { tools, roles, frameworks } = teamParts({ hasFiles: true });
  const coder = fakeModel({
    reply: (request) => {
      const done = request.messages.filter(({ role }) => role === 'tool').length;
      const [name, input] = STEPS[done] ?? [];
      return name === undefined || input === undefined
        ? { text: 'I wrote the file and checked that it says what was asked for.' }
        : { toolCalls: [{ name, input }] };
    },
  });
  await using overseer = await createOverseer({
    overseer: 'coder',
    models: { coder: { model: coder } },
    tools: Object.fromEntries(
      Object.entries(tools).map(([name, tool]) => [name, acted(tool, file)]),
    ),
    roles,
    frameworks,
    concurrency: 1,
  });
  await overseer.run({
    ...(title === undefined ? {} : { title }),
    ...(context === undefined ? {} : { context }),
    tasks: tasks.slice(0, TASKS).map(({ needs: _, checks: _checks, ...task }) => task),
  }).result;
  return coder.requests;
}

const STEPS = [
  ['read_file', { path: 'tasks.md' }],
  ['write_file', { path: 'out.md', content: 'What was asked for, in some lines.\n'.repeat(20) }],
] as const;

/** The same tool as a model sees it, which touches nothing. */
function acted(tool: Tool, file: string): Tool {
  const { probe: _, ...rest } = tool;
  return { ...rest, effect: 'none', execute: async () => file.slice(0, 4_000) };
}
