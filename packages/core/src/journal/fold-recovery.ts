import type { EventData } from '../spec/event.ts';
import type { Json } from '../spec/json.ts';
import type { AttemptState, StepState } from './run-state.ts';

/** Makes what an attempt does about a trouble true in it: its prompt, its room, or what stands for what the model wrote. */
export function foldRecovery(attempt: AttemptState, data: EventData['attempt.recovered']): void {
  const { action, messages, fit, maxTokens, json, tool } = data;
  attempt.recovered ??= new Map();
  attempt.recovered.set(action, (attempt.recovered.get(action) ?? 0) + 1);
  if (messages !== undefined && attempt.prompt !== undefined) {
    attempt.prompt = { ...attempt.prompt, messages };
  }
  if (fit !== undefined) attempt.fit = fit;
  if (maxTokens !== undefined) attempt.maxTokens = maxTokens;
  if (action === 'shorten') attempt.failure = undefined;
  const step = attempt.steps.at(-1);
  if (step === undefined) return;
  if (action === 'go-on') step.next = 'go-on';
  if (action === 'more-room') step.next = 'again';
  if (json === undefined) return;
  if (tool === undefined) step.json = json;
  else repairInput(step, tool, json);
}

function repairInput(step: StepState, tool: string, json: string): void {
  step.parts = step.parts.map((part) => {
    if (part.type !== 'tool-call' || part.id !== tool) return part;
    const { invalid: _, ...rest } = part;
    return { ...rest, input: JSON.parse(json) as Json, raw: json };
  });
}
