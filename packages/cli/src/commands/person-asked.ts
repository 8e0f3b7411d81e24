import type { OpenQuestion, Overseer } from '@overseer/core';
import { ConfigError } from '@overseer/core/plugin';
import type { OverseerEvent } from '@overseer/core/spec';
import { indented, oneLine } from '../view/words.ts';

/**
 * What to say when a task begins to wait for a person: the whole question and how to answer it. Nothing where the
 * event is no such question, or its answer is known. Pure.
 */
export function personAsked(
  event: OverseerEvent,
  open: readonly OpenQuestion[],
  resumeCommand: string,
): readonly string[] {
  if (event.type !== 'question.asked') return [];
  const { run, task, data } = event;
  const question = open.find((one) => one.run === run && one.task === task && one.id === data.id);
  if (question === undefined) return [];
  const { request } = question;
  return [
    ...indented(`${oneLine(`${question.task} waits for ${question.person}`)}: ${request}`),
    oneLine(`To answer, stop here with Ctrl-C and run: ${resumeCommand} --answer "…"`),
  ];
}

/** The questions that wait for a person; none once the overseer is closed. */
export function questionsOf(overseer: Overseer): readonly OpenQuestion[] {
  try {
    return overseer.questions();
  } catch {
    return [];
  }
}

/**
 * Answers the oldest question of a run that waits for a person. Throws `ConfigError` `question.unknown` where the run
 * asks nobody.
 */
export async function answerOldest(overseer: Overseer, run: string, reply: string): Promise<void> {
  const question = questionsOf(overseer).find((one) => one.run === run);
  if (question === undefined) {
    throw new ConfigError(
      'question.unknown',
      `Run ${run} asks nobody anything: resume it without --answer.`,
    );
  }
  await overseer.answer(question, reply, 'command line');
}
