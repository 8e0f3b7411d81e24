import type { answerBody } from './answer-body.ts';
import { unreadable } from './answer-body.ts';
import { answerSize } from './answer-size.ts';
import { lineSplitter } from './line-splitter.ts';

/**
 * Reads the body of a good answer that is one JSON document a line (NDJSON), of which each is an event; a body of one
 * document is one of one line. Its methods throw `ModelError` for what cannot be read, a line over 16 Mi characters, or an
 * answer of more than 128 MiB.
 */
export const lineBody: typeof answerBody = (from, onto) => {
  const size = answerSize(from.where);
  const lines = lineSplitter((line) => {
    try {
      size.event(line.length);
      onto.event(line, '');
    } catch (error) {
      throw unreadable(error, from);
    }
  });
  return {
    push: (bytes) => {
      size.bytes(bytes.length);
      lines.push(bytes);
    },
    end: () => {
      lines.end();
      onto.end();
    },
  };
};
