/** The code of the finding of a check that could not be made: it says nothing of the answer. */
export const BROKEN_CHECK = 'check.broken';
