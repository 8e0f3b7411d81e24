import type { ToolBreakers } from '../limit/tool-breakers.ts';
import type { ToolDescription } from '../spec/model.ts';

/** What a new attempt is offered, and what it is told of the project. */
export interface Offered {
  readonly tools: readonly ToolDescription[];
  readonly context: string | undefined;
}

/**
 * Leaves out the tools that are out of order at `nowMs`, and those whose quota is `spent` for longer than a call would
 * wait; says so beside the facts about the project. Pure.
 */
export function offerTools(
  breakers: Pick<ToolBreakers, 'down'>,
  tools: readonly ToolDescription[],
  context: string | undefined,
  nowMs: number,
  spent: (tool: string) => boolean = () => false,
): Offered {
  if (tools.length === 0) return { tools, context };
  const down = tools.filter(({ name }) => breakers.down(name, nowMs) !== undefined);
  const used = tools.filter((tool) => !down.includes(tool) && spent(tool.name));
  if (down.length + used.length === 0) return { tools, context };
  const notes = [
    ...noteOn('Out of order at the moment', down),
    ...noteOn('Their quota is used up for now', used),
  ].map((note) => `${note} Do without, or say what you could not do.`);
  return {
    tools: tools.filter((tool) => !down.includes(tool) && !used.includes(tool)),
    context: [...(context === undefined ? [] : [context]), ...notes].join('\n\n'),
  };
}

function noteOn(why: string, tools: readonly ToolDescription[]): readonly string[] {
  if (tools.length === 0) return [];
  return [`${why}, and therefore not offered: ${tools.map(({ name }) => name).join(', ')}.`];
}
