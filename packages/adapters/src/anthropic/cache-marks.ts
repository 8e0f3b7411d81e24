import type { AnthropicRequest } from './anthropic-request.ts';

/** Kept for five minutes from its last use. */
const MARK = { cache_control: { type: 'ephemeral' } } as const;

/**
 * Has Anthropic keep the beginning of a conversation with tools, which comes back longer with each step: up to the end of
 * the system message, which other tasks begin with too, and up to the last block. A request without tools is likely the
 * only one of its kind, and keeping costs a quarter more than reading; it is left as it is, and so is one in which the
 * host has marked something itself. Pure.
 */
export function withCacheMarks(params: AnthropicRequest['params']): AnthropicRequest['params'] {
  const { tools, system } = params;
  if (tools === undefined || tools.length === 0 || isMarked(params)) return params;
  const blocks = typeof system === 'string' || system === undefined ? [] : system;
  const last = blocks.at(-1);
  return {
    ...params,
    ...MARK,
    ...(last === undefined ? {} : { system: blocks.with(-1, { ...last, ...MARK }) }),
  };
}

/** What a model or a tool says may be called so as well; leaving it unmarked costs no more than before. */
function isMarked(params: AnthropicRequest['params']): boolean {
  return JSON.stringify(params).includes('"cache_control":');
}
