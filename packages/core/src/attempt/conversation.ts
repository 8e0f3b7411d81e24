import type { AttemptState } from '../journal/run-state.ts';
import type { Message } from '../spec/message.ts';

/** What the model is sent next: the prompt as it was stored, then every recorded answer and tool result. */
export function conversation(attempt: AttemptState): readonly Message[] {
  const messages: Message[] = [...(attempt.prompt?.messages ?? [])];
  for (const step of attempt.steps) {
    messages.push({ role: 'assistant', parts: step.parts });
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
