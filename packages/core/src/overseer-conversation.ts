import { shown } from './internal/sensitive-mark.ts';
import type { OverseerGround } from './overseer-ground.ts';
import type { LiveEvent } from './run/create-attempt-host.ts';
import { type OpenQuestion, unknownQuestion } from './run/questions.ts';

/** What an overseer says to people as it works, and what they answer. */
export interface OverseerConversation {
  /** The questions of checks that only a person can answer; they wait as long as it takes, over restarts too. */
  questions(): readonly OpenQuestion[];

  /**
   * Hears of every question to a person that is open now, as after a start, and of each that comes, once it is on disk. The
   * returned function stops it.
   */
  onQuestion(listener: (question: OpenQuestion) => void): () => void;

  /**
   * Gives a person's answer to a question and lets its task go on; resolves when the answer is on disk. Throws
   * `OverseerError` `question.unknown` when nobody asks that any more.
   */
  answer(
    question: Pick<OpenQuestion, 'run' | 'task' | 'id'>,
    reply: string,
    by?: string,
  ): Promise<void>;

  /**
   * Shows what models say as they say it. For display alone: what is shown may be lost, and is not in the journal.
   * The returned function stops it.
   */
  onLive(listener: (event: LiveEvent) => void): () => void;
}

/** Talks with people for one overseer. */
export function createConversation(ground: OverseerGround): OverseerConversation {
  return {
    questions: () => ground.open.kernel.questions().map(shownQuestion),
    onQuestion: (listener) => {
      const { kernel } = ground.open;
      const tell = (question: OpenQuestion): void => listener(shownQuestion(question));
      return kernel.questionListeners.add(tell, kernel.questions());
    },
    answer: async (question, reply, by = 'host') => {
      const { kernel } = ground.open;
      if (!kernel.answer(question, reply, by)) throw unknownQuestion(question);
      await kernel.settled();
    },
    onLive: (listener) => {
      const { live } = ground.open.kernel;
      live.on('model', listener);
      return () => live.off('model', listener);
    },
  };
}

/** As it is shown to people, who hold no key. */
function shownQuestion(question: OpenQuestion): OpenQuestion {
  return { ...question, request: shown(question.request) };
}
