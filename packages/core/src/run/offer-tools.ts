import type { ToolBreakers } from '../limit/tool-breakers.ts';
import type { ToolDescription } from '../spec/model.ts';

/** What a new attempt is offered, and what it is told of the project. */
export interface Offered {
  readonly tools: readonly ToolDescription[];
  readonly context: string | undefined;
}

/** Leaves out the tools that are out of order at `nowMs`, and says so beside the facts about the project. Pure. */
export function offerTools(
  breakers: Pick<ToolBreakers, 'down'>,
  tools: readonly ToolDescription[],
  context: string | undefined,
  nowMs: number,
): Offered {
  const down = tools.filter(({ name }) => breakers.down(name, nowMs) !== undefined);
  if (down.length === 0) return { tools, context };
  const names = down.map(({ name }) => name).join(', ');
  const note = `Out of order at the moment, and therefore not offered: ${names}. Do without, or say what you could not do.`;
  return {
    tools: tools.filter((tool) => !down.includes(tool)),
    context: context === undefined ? note : `${context}\n\n${note}`,
  };
}
