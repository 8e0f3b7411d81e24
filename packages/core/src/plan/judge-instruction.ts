import type { Ensemble } from '../spec/task.ts';

/** What a judge is told to do with the answers to a task, which stand below it under letters. */
export function judgeInstruction(kind: Ensemble['kind'], instruction: string): string {
  return kind === 'merge' ? mergeInstruction(instruction) : choiceInstruction(instruction);
}

function choiceInstruction(instruction: string): string {
  return [
    'Several answers to one task stand below, each under its letter. Choose the one that does best what the task asks: correct first, then complete. Neither its place nor its length says anything about it.',
    '',
    'The task was:',
    '',
    instruction,
    '',
    'Answer with one JSON object and nothing else: {"choice": "the letter", "reason": "one sentence"}',
  ].join('\n');
}

function mergeInstruction(instruction: string): string {
  return [
    'Several answers to one task stand below, each under its letter. Write the one answer that does best what the task asks: keep what is right in them, settle where they contradict each other, and leave out what is wrong. Do not speak of the answers or their letters.',
    '',
    'The task was:',
    '',
    instruction,
  ].join('\n');
}
