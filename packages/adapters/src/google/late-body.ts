import { type AnswerBody, answerBody } from '../internal/answer-body.ts';

/** How far an answer has come. */
export type Progress = 'open' | 'uncounted' | 'whole';

/** How long more may come after an answer that said why it ended, in ms: a signature, or what it used. */
const LATE_MS: Readonly<Record<Exclude<Progress, 'open'>, number>> = {
  uncounted: 2_000,
  whole: 250,
};

/** What an answer's body is cut with. */
type Cut = typeof answerBody;

/**
 * Reads a body in which more may come after the response that says why the answer ended: a signature, or the last counts. The
 * answer is whole at the end of the body or, where the server leaves that open, a moment after the last word: a longer one where it
 * has not said what it used.
 */
export function lateBody(progress: () => Progress): Cut {
  return (from, onto): AnswerBody => {
    const body = answerBody(from, onto);
    let timer: NodeJS.Timeout | undefined;
    return {
      push: (bytes) => {
        clearTimeout(timer);
        body.push(bytes);
        const now = progress();
        if (now === 'open') return;
        timer = setTimeout(() => onto.event(DONE, ''), LATE_MS[now]).unref();
      },
      end: () => {
        clearTimeout(timer);
        body.end();
      },
    };
  };
}

/** What tells a reader that nothing more comes. */
export const DONE: string = '[DONE]';
