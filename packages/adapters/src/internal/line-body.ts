import type { answerBody } from './answer-body.ts';
import { unreadable } from './answer-body.ts';
import { lineSplitter } from './line-splitter.ts';

/**
 * Reads the body of a good answer that is one JSON document a line (NDJSON), of which each is an event; a body of one
 * document is one of one line. Its methods throw `ModelError` for what cannot be read, or a line over 16 Mi characters.
 */
export const lineBody: typeof answerBody = (from, onto) => {
  const lines = lineSplitter((line) => {
    try {
      onto.event(line, '');
    } catch (error) {
      throw unreadable(error, from);
    }
  });
  return {
    push: (bytes) => lines.push(bytes),
    end: () => {
      lines.end();
      onto.end();
    },
  };
};
