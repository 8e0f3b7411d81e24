import type { LimitRule } from '../spec/limit.ts';
import type { ToolCaller } from '../spec/tool-caller.ts';

/** By what a tool's quota is counted. `all`: every call of it. */
export type ToolScope = 'all' | 'model' | 'role' | 'user' | 'tenant' | 'run';

/** Limits on calls of some tools together. */
export interface ToolRules {
  readonly tools: readonly string[];
  readonly per: ToolScope;
  /** The one that they hold for; each has its own where left out. */
  readonly of: string | undefined;
  readonly rules: readonly LimitRule[];
  /** How long a call waits for them before the model is told to do without, in ms. */
  readonly patienceMs: number;
}

/** A call of a tool: whose it is, in which run, and what one costs. */
export interface ToolCall {
  readonly tool: string;
  readonly caller: ToolCaller;
  readonly run: string;
  /** Micro-dollars. */
  readonly microUsd: number;
}

/** Whose limits a call counts in by these rules; `undefined` where they do not count it. Pure. */
export function ownerOf(
  { tools, per, of }: ToolRules,
  { tool, caller, run }: ToolCall,
): string | undefined {
  if (!tools.includes(tool)) return undefined;
  const owner = per === 'all' ? '' : per === 'run' ? run : caller[per];
  if (of !== undefined) return owner === of ? owner : undefined;
  // Of who called nothing may be known.
  return owner === '' && per !== 'all' ? undefined : owner;
}

/** What calls have in common that all quotas give the same answer. Pure. */
export function answerKey({ tool, run, caller: { role, model, user, tenant } }: ToolCall): string {
  return JSON.stringify([tool, run, role, model, user, tenant]);
}
