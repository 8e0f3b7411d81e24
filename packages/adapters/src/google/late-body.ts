import { type AnswerBody, answerBody } from '../internal/answer-body.ts';

/** How long more may come after an answer that said why it ended, in ms. */
const LATE_MS = 250;

/** What an answer's body is cut with. */
type Cut = typeof answerBody;

/**
 * Reads a body in which more may come after the response that says why the answer ended: a signature, or the last counts. The
 * answer is whole at the end of the body or, where the server leaves that open, `LATE_MS` after the last word.
 */
export function lateBody(isFinished: () => boolean): Cut {
  return (from, onto): AnswerBody => {
    const body = answerBody(from, onto);
    let timer: NodeJS.Timeout | undefined;
    return {
      push: (bytes) => {
        clearTimeout(timer);
        body.push(bytes);
        if (isFinished()) timer = setTimeout(() => onto.event(DONE, ''), LATE_MS).unref();
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
