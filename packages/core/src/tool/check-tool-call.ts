import { suggest } from '../internal/nearest.ts';
import { unmarked } from '../internal/sensitive-mark.ts';
import type { Json } from '../spec/json.ts';
import type { Tool, ToolPermission } from '../spec/tool.ts';
import type { ToolRefusal } from '../spec/tool-caller.ts';
import { missingGrants } from './granted.ts';

/** What a model or a task asks of a tool. */
export interface ToolWish {
  readonly name: string;
  readonly input: Json;
  /** Why what the model wrote is no JSON. */
  readonly invalid?: string;
}

/** Whether the call may be made. A refusal goes back to the model in these words; nothing is run for it. */
export type ToolCheck =
  | {
      readonly kind: 'allowed';
      readonly tool: Tool;
      readonly input: unknown;
      /** The ids of the grants that give leave for it, where role and model alone have none. */
      readonly grants?: readonly string[];
    }
  | { readonly kind: 'refused'; readonly because: string; readonly why: ToolRefusal };

/** Checks name, permission and input of a tool call, in that order. */
export function checkToolCall(
  wish: ToolWish,
  offered: ReadonlyMap<string, Tool>,
  grants: readonly ToolPermission[],
): ToolCheck {
  const tool = offered.get(wish.name);
  if (tool === undefined) {
    const hint = suggest(wish.name, [...offered.keys()]);
    const because = `There is no tool ${JSON.stringify(wish.name)}; ${hint}.`;
    return { kind: 'refused', because, why: 'unknown' };
  }
  const missing = missingGrants(tool, grants);
  if (missing.length > 0) {
    const because = `Not permitted: ${wish.name} needs ${missing.join(', ')}.`;
    return { kind: 'refused', because, why: 'denied' };
  }
  if (wish.invalid !== undefined) {
    return { kind: 'refused', because: `The input is not JSON: ${wish.invalid}`, why: 'invalid' };
  }
  const parsed = tool.input.parse(unmarked(wish.input));
  if (!parsed.ok) {
    const because = `The input is wrong: ${parsed.problems.join('; ')}`;
    return { kind: 'refused', because, why: 'invalid' };
  }
  return { kind: 'allowed', tool, input: parsed.value };
}
