import { stepMessages } from '../attempt/conversation.ts';
import { fitConversation } from '../attempt/fit-conversation.ts';
import { estimateTokens } from '../call/estimate-tokens.ts';
import type { TaskState, UnfinishedWork } from '../journal/run-state.ts';
import type { Member } from '../route/member.ts';
import type { EventData } from '../spec/event.ts';
import type { Message } from '../spec/message.ts';
import type { ToolDescription } from '../spec/model.ts';
import { outputLimit } from './call-claim.ts';
import { LEAST_ANSWER } from './choose-for.ts';
import type { Settings } from './settings.ts';

/** The conversation that a new attempt goes on with. */
export interface TakenUp {
  /** The attempt that ended. */
  readonly continues: string;
  /** How the attempt begins where the conversation is longer than the model's window. */
  readonly shorter: EventData['attempt.recovered'] | undefined;
}

/**
 * Has a new attempt of `member` go on where the one before broke off, with what its tools gave: nothing is done or paid
 * twice. `undefined` where there is nothing, where the model may not call what was called, or where even with old results
 * cut it is too long for the window. Pure.
 */
export function takeUp(
  settings: Settings,
  { left }: TaskState,
  member: Member,
  prompt: readonly Message[],
  tools: readonly ToolDescription[],
): TakenUp | undefined {
  if (left === undefined || !isOffered(left, tools)) return undefined;
  const whole = [...prompt, ...stepMessages(left.steps)];
  const before = estimateTokens({ messages: whole, tools });
  const room = roomOf(settings, member);
  if (before <= room) return { continues: left.attempt, shorter: undefined };
  const after = estimateTokens({ messages: fitConversation(whole, tools, room), tools });
  if (after > room) return undefined;
  const because = `${member.name} takes ${member.model.info.contextWindow} tokens: what it goes on with was cut from about ${before} to about ${after}`;
  const shorter = { trouble: 'context-overflow', action: 'shorten', because, fit: room } as const;
  return { continues: left.attempt, shorter };
}

/** Whether the model may call what was called; what was refused to the one is nothing that the other must be able to do. */
function isOffered({ steps }: UnfinishedWork, tools: readonly ToolDescription[]): boolean {
  const offered = new Set(tools.map(({ name }) => name));
  return steps.every(({ parts, tools: called }) =>
    parts.every(
      (part) =>
        part.type !== 'tool-call' ||
        offered.has(part.name) ||
        called.get(part.id)?.result?.isError === true,
    ),
  );
}

function roomOf(settings: Settings, member: Member): number {
  const { contextWindow } = member.model.info;
  if (contextWindow === undefined) return Number.POSITIVE_INFINITY;
  const answer = Math.min(outputLimit(settings, member), Math.floor(contextWindow / 4));
  return Math.floor((contextWindow - Math.max(answer, LEAST_ANSWER)) * 0.95);
}
