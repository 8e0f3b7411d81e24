import { describeSpan } from '../limit/limit-reasons.ts';
import type { ToolDown } from '../limit/tool-breakers.ts';

/** What a model is told of a tool that is left alone. Pure. */
export function outOfOrder(tool: string, { why, untilAt }: ToolDown, nowMs: number): string {
  const when =
    untilAt === undefined
      ? 'another call is trying it again'
      : `it is left alone for ${describeSpan(untilAt - nowMs)}`;
  return `The tool ${tool} is out of order, and ${when}. Do without it, or say what you could not do. Its last failure: ${why}`;
}
