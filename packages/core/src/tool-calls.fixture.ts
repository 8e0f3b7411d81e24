import type { OverseerOptions } from './options.ts';
import type { Run } from './run/run-handle.ts';
import type { OverseerEvent } from './spec/event.ts';
import type { Json } from './spec/json.ts';
import type { ModelRequest } from './spec/model.ts';
import type { Tool } from './spec/tool.ts';
import { type FakeModel, type FakeReply, fakeModel } from './testing/fake-model.ts';

/** A tool that takes anything, needs `write` and can be repeated, but for what a test says. */
export function toolThat(execute: Tool['execute'], some: Partial<Tool> = {}): Tool {
  return {
    spec: 'tool/1',
    description: 'Does what a test says.',
    input: { jsonSchema: { type: 'object' }, parse: (value) => ({ ok: true, value }) },
    permissions: [],
    effect: 'none',
    timeoutMs: 60_000,
    execute,
    ...some,
  };
}

/** A model that calls a tool so often in each task, one call an answer, and then tells what the tool said last. */
export function callerOf(tool: string, times = 1, input: Json = {}): FakeModel {
  return fakeModel({ reply: (request) => replyOf(request, tool, times, input) });
}

/** What such a model answers. */
export function replyOf(
  { messages }: ModelRequest,
  tool: string,
  times = 1,
  input: Json = {},
): FakeReply {
  const said = messages.flatMap(({ parts }) => parts).filter((part) => part.type === 'tool-result');
  if (said.length < times) return { toolCalls: [{ name: tool, input }] };
  return { text: JSON.stringify(said.at(-1)) };
}

/** One model that is asked as often at once as anybody likes, and has these tools. */
export function teamOf(
  model: FakeModel,
  tools: readonly string[],
): Pick<OverseerOptions, 'overseer' | 'models' | 'roles'> {
  return {
    overseer: 'a',
    models: { a: { model, concurrency: 1_000 } },
    roles: { worker: { text: 'Work.', tools } },
  };
}

/** So many tasks that wait for nothing. */
export function tasksOf(count: number): {
  readonly tasks: { readonly key: string; readonly instruction: string }[];
} {
  return {
    tasks: Array.from({ length: count }, (_, at) => ({ key: `t${at}`, instruction: `Do ${at}.` })),
  };
}

/** All events of a run. */
export async function eventsOf(run: Run): Promise<readonly OverseerEvent[]> {
  const events: OverseerEvent[] = [];
  for await (const event of run) events.push(event);
  return events;
}
