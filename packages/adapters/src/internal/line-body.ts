import { ModelError } from '@overseer/core/plugin';
import type { answerBody } from './answer-body.ts';
import { unreadable } from './answer-body.ts';

const MAX_LINE = 16 * 1024 * 1024;

/**
 * Reads the body of a good answer that is one JSON document a line (NDJSON), of which each is an event; a body of one
 * document is one of one line. Its methods throw `ModelError` for what cannot be read, or a line over 16 Mi characters.
 */
export const lineBody: typeof answerBody = (from, onto) => {
  const decoder = new TextDecoder();
  let rest = '';
  const give = (line: string): void => {
    const text = line.trim();
    if (text === '') return;
    try {
      onto.event(text, '');
    } catch (error) {
      throw unreadable(error, from);
    }
  };
  const take = (text: string): void => {
    const lines = text.split('\n');
    rest += lines[0];
    for (let index = 1; index < lines.length; index++) {
      const line = rest;
      rest = lines[index] ?? '';
      give(line);
    }
    if (rest.length > MAX_LINE) throw tooLong();
  };
  return {
    push: (bytes) => take(decoder.decode(bytes, { stream: true })),
    end: () => {
      take(decoder.decode());
      give(rest);
      rest = '';
      onto.end();
    },
  };
};

function tooLong(): ModelError {
  return new ModelError(
    'protocol',
    `the stream holds a line of more than ${MAX_LINE} characters; check that the address is a model server's`,
  );
}
