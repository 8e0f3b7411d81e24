import type { AttemptPlace } from '../attempt/attempt-host.ts';
import { conversation, wholeConversation } from '../attempt/conversation.ts';
import { fitConversation } from '../attempt/fit-conversation.ts';
import { estimateTokens } from '../call/estimate-tokens.ts';
import { reportedOverflow } from '../internal/reported-overflow.ts';
import type { AttemptState } from '../journal/run-state.ts';
import { type ComposedPrompt, composePrompt } from '../prompt/compose-prompt.ts';
import { capsFor, type PromptCaps } from '../prompt/prompt-caps.ts';
import { recordedSections } from '../prompt/prompt-lines.ts';
import { shorterCaps } from '../prompt/shorter-caps.ts';
import type { Member } from '../route/member.ts';
import type { EventData } from '../spec/event.ts';
import type { Message } from '../spec/message.ts';
import { outputLimit } from './call-claim.ts';
import { LEAST_ANSWER } from './choose-for.ts';
import { composeFor } from './compose-for.ts';
import type { Decider } from './decider.ts';
import { knownWindow } from './too-small.ts';

/** A prompt that is hardly shorter than the one that did not fit is not sent. */
const WORTH_IT = 0.9;
/** What a prompt becomes where nobody said how much there is room for: this share of it, and then this share of that. */
const BLIND = 0.6;

/**
 * How an attempt goes on with a model that its conversation was too long for: the prompt written anew with less of what
 * may be left out, and old results of tools cut. `undefined` where nothing worth it can be left out. Pure.
 */
export function shortened(
  decider: Decider,
  { run, task, attempt }: Pick<AttemptPlace, 'run' | 'task' | 'attempt'>,
  member: Member,
  nowMs: number,
): EventData['attempt.recovered'] | undefined {
  const { prompt, failure } = attempt;
  if (prompt === undefined || failure === undefined) return undefined;
  const before = estimateTokens({ messages: conversation(attempt), tools: prompt.tools });
  const window = knownWindow(member, failure.message);
  const room = attempt.maxTokens ?? outputLimit(decider.settings, member);
  const answer = window === undefined ? room : Math.min(room, leastAnswer(window));
  const hasTried = attempt.recovered?.has('shorten') === true;
  const target = targetFor(before, failure.message, window, answer, hasTried);
  const compose = (caps: PromptCaps): ComposedPrompt =>
    composeFor(decider, run, task, member, nowMs, (input) => composePrompt({ ...input, caps }))
      .prompt;
  const { shortest, after } = rewritten(
    attempt,
    prompt,
    target,
    shorterCaps(capsFor(window)),
    compose,
  );
  // Where the answer's room was too much, less of that may be enough.
  const isAnswer = window !== undefined && answer < room && after + answer <= window;
  if (after > before * WORTH_IT && !isAnswer) return undefined;
  return {
    trouble: 'context-overflow',
    action: 'shorten',
    because: `${member.name} takes ${window ?? 'fewer'} tokens: its prompt of about ${before} was cut to about ${after}${answer < room ? `, and its answer to ${answer}` : ''}`,
    fit: target,
    ...(shortest === undefined
      ? {}
      : { messages: shortest.messages, sections: recordedSections(shortest) }),
    ...(answer < room ? { maxTokens: answer } : {}),
  };
}

/** The first prompt with whose conversation it is short enough, else the shortest; none where old results of tools are enough. */
function rewritten(
  attempt: AttemptState,
  { messages, tools }: Pick<NonNullable<AttemptState['prompt']>, 'messages' | 'tools'>,
  target: number,
  shorter: readonly PromptCaps[],
  compose: (caps: PromptCaps) => ComposedPrompt,
): { readonly shortest: ComposedPrompt | undefined; readonly after: number } {
  const whole = wholeConversation(attempt);
  const rest = whole.slice(messages.length);
  const sizeOf = (all: readonly Message[]): number =>
    estimateTokens({ messages: fitConversation(all, tools, target), tools });
  let shortest: ComposedPrompt | undefined;
  let after = sizeOf(whole);
  for (const caps of after <= target ? [] : shorter) {
    shortest = compose(caps);
    after = sizeOf([...shortest.messages, ...rest]);
    if (after <= target) break;
  }
  return { shortest, after };
}

/** What a conversation may have, by estimate: by the window, by what the provider counted, and by what was tried before. */
function targetFor(
  before: number,
  message: string,
  window: number | undefined,
  answer: number,
  hasTried: boolean,
): number {
  const { tokens } = reportedOverflow(message);
  const targets: number[] = [];
  if (window !== undefined) targets.push((window - answer) * 0.95);
  // What the provider counted may be more than what is estimated here.
  if (window !== undefined && tokens !== undefined) targets.push((before * window * 0.9) / tokens);
  if (hasTried || targets.length === 0 || Math.min(...targets) >= before) {
    targets.push(before * BLIND);
  }
  return Math.max(1, Math.floor(Math.min(...targets)));
}

/** What is left of the room for the answer at least, in tokens. */
function leastAnswer(window: number): number {
  return Math.max(LEAST_ANSWER, Math.floor(window / 4));
}
