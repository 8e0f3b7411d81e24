import type { AttemptState, StepState } from '../journal/run-state.ts';
import type { Message } from '../spec/message.ts';
import { fitConversation } from './fit-conversation.ts';

/** What a model is told whose answer was cut off at its length limit. */
const GO_ON: Message = {
  role: 'user',
  parts: [
    {
      type: 'text',
      text: 'Your answer was cut off at its length limit. Go on exactly where it stopped: begin with the next character, repeat nothing, and say nothing about the cut.',
    },
  ],
};

/**
 * What the model is sent next: the prompt as it was stored, then every recorded answer and tool result; the oldest
 * results cut where the whole must not be longer.
 */
export function conversation(attempt: AttemptState): readonly Message[] {
  const messages = wholeConversation(attempt);
  const { fit } = attempt;
  return fit === undefined ? messages : fitConversation(messages, attempt.prompt?.tools ?? [], fit);
}

/** The same with nothing cut. */
export function wholeConversation(attempt: AttemptState): readonly Message[] {
  return [...(attempt.prompt?.messages ?? []), ...stepMessages(attempt.steps)];
}

/** What was said after the prompt: each answer, and what its tools gave. */
export function stepMessages(steps: readonly StepState[]): readonly Message[] {
  const messages: Message[] = [];
  for (const step of steps) {
    // Asked again with more room: what came of the first time is of no use.
    if (step.next === 'again') continue;
    messages.push({ role: 'assistant', parts: step.parts });
    if (step.next === 'go-on') messages.push(GO_ON);
    if (step.tools.size === 0) continue;
    messages.push({
      role: 'tool',
      parts: [...step.tools.values()].flatMap((tool) =>
        tool.result === undefined
          ? []
          : [
              {
                type: 'tool-result',
                id: tool.id,
                name: tool.name,
                output: tool.result.output,
                ...(tool.result.isError ? { isError: true } : {}),
              },
            ],
      ),
    });
  }
  return messages;
}
