import { ModelError } from '@overseer/core/plugin';

/** Most bytes of one answer on the wire: some 300,000 tokens where each comes in an event of its own, with all that stands around it. */
export const MAX_ANSWER: number = 128 * 1024 * 1024;

/** As how many bytes an event counts at least, since what is kept of it takes that. */
const LEAST = 256;

/** Counts what of an answer has come. Both methods throw `ModelError` (`protocol`) once that is more than any answer is. */
export interface AnswerSize {
  bytes(count: number): void;
  /** One event, whose bytes were counted. */
  event(length: number): void;
}

/** Bounds one answer by what came over the wire, whatever its reader makes of it and keeps. */
export function answerSize(where?: string): AnswerSize {
  let size = 0;
  const add = (more: number): void => {
    size += more;
    if (size > MAX_ANSWER) throw tooLong(where);
  };
  return {
    bytes: add,
    event: (length) => {
      if (length < LEAST) add(LEAST - length);
    },
  };
}

function tooLong(where: string | undefined): ModelError {
  const at = where === undefined ? '' : `${where}: `;
  return new ModelError(
    'protocol',
    `${at}more than ${MAX_ANSWER} bytes came for one answer, which was broken off; check that the address is a model server's`,
  );
}
