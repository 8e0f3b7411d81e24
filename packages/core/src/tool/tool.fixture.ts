import type { Json } from '../spec/json.ts';
import type { Tool, ToolSchema } from '../spec/tool.ts';

/** Takes and gives everything. */
const anything: ToolSchema<Json> = {
  jsonSchema: {},
  parse: (value) => ({ ok: true, value: value as Json }),
};

/** A tool that does nothing, but for what a test says. */
export function toolOf(some: Partial<Tool<Json>> = {}): Tool {
  return {
    spec: 'tool/1',
    description: 'Does what a test says.',
    input: anything,
    permissions: [],
    effect: 'none',
    timeoutMs: 1_000,
    execute: async () => 'done',
    ...some,
  } as Tool;
}

/** A schema that takes text and says so otherwise. */
export const textSchema: ToolSchema<Json> = {
  jsonSchema: { type: 'string' },
  parse: (value) =>
    typeof value === 'string'
      ? { ok: true, value: value.trim() }
      : { ok: false, problems: ['expected text', 'at the root'] },
};
