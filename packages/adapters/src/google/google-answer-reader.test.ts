import type { ModelEvent } from '@overseer/core/spec';
import { describe, expect, it } from 'vitest';
import { type CreateReader, readBody } from '../internal/read-body.fixture.ts';
import { GoogleAnswerReader } from './google-answer-reader.ts';

const create: CreateReader = (from, sink) => new GoogleAnswerReader(from, sink, 'gemini-3');

function said(parts: readonly object[], more: object = {}): object {
  return { candidates: [{ content: { parts, role: 'model' }, ...more }], responseId: 'r1' };
}

function end(finishReason: string): object {
  return { ...said([], { finishReason }), usageMetadata: { promptTokenCount: 1 } };
}

function read(...responses: readonly object[]) {
  const body = responses.map((one) => `data: ${JSON.stringify(one)}\n\n`).join('');
  let reader: GoogleAnswerReader | undefined;
  const { events, error } = readBody(
    (from, sink) => {
      reader = new GoogleAnswerReader(from, sink, 'gemini-3');
      return reader;
    },
    [body],
  );
  return { events, error, isFinished: reader?.progress === 'whole' };
}

function partsOf(events: readonly ModelEvent[]) {
  return events.flatMap((event) => (event.type === 'part' ? [event.part] : []));
}

describe("Google's answer", () => {
  it('M9: joins words, keeps thoughts apart, and has said all at its last response', () => {
    const { events, isFinished } = read(
      said([{ text: 'Let me', thought: true }]),
      said([{ text: ' think.', thought: true }]),
      said([{ text: 'Hel' }, { text: 'lo.' }]),
      end('STOP'),
    );
    expect(isFinished).toBe(true);
    expect(partsOf(events)).toEqual([
      { type: 'reasoning', text: 'Let me think.' },
      { type: 'text', text: 'Hello.' },
    ]);
    const deltas = events.flatMap((event) =>
      event.type === 'delta' ? [[event.index, event.text]] : [],
    );
    expect(deltas).toEqual([
      [0, 'Let me'],
      [0, ' think.'],
      [1, 'Hel'],
      [1, 'lo.'],
    ]);
    expect(events.at(-1)).toMatchObject({ type: 'finish', reason: 'stop', raw: 'STOP' });
  });

  it('M9: does not join what is signed with what is not, and keeps a signature without words', () => {
    const { events } = read(
      said([{ text: 'a' }]),
      said([{ text: 'b', thoughtSignature: 's1' }]),
      said([{ text: 'c' }]),
      said([{ text: '', thoughtSignature: 's2' }]),
      end('STOP'),
    );
    expect(partsOf(events)).toEqual([
      { type: 'text', text: 'a' },
      { type: 'text', text: 'b', meta: { google: { thoughtSignature: 's1' } } },
      { type: 'text', text: 'c', meta: { google: { signatureAfter: 's2' } } },
    ]);
  });

  it('M9: gives parallel calls whole, with their signature, and names those without an id', () => {
    const { events } = read(
      said([{ functionCall: { id: 'x', name: 'get', args: { a: 1 } }, thoughtSignature: 's' }]),
      said([{ functionCall: { name: 'stop' } }]),
      end('STOP'),
    );
    expect(partsOf(events)).toEqual([
      {
        type: 'tool-call',
        id: 'x',
        name: 'get',
        raw: '{"a":1}',
        input: { a: 1 },
        meta: { google: { thoughtSignature: 's' } },
      },
      { type: 'tool-call', id: 'google-r1-1', name: 'stop', raw: '{}', input: {} },
    ]);
    expect(events.at(-1)).toMatchObject({ reason: 'tool-calls', raw: 'STOP' });
  });

  it('M9: gives images as files, and keeps what it does not know to send it back', () => {
    const { events } = read(
      said([{ inlineData: { mimeType: 'image/png', data: 'AAAA' } }]),
      said([{ executableCode: { language: 'PYTHON', code: '1' } }]),
      end('STOP'),
    );
    expect(partsOf(events)).toEqual([
      { type: 'file', mediaType: 'image/png', data: 'AAAA' },
      {
        type: 'custom',
        kind: 'google.executableCode',
        data: { executableCode: { language: 'PYTHON', code: '1' } },
      },
    ]);
  });

  it.each([
    ['MAX_TOKENS', 'length'],
    ['CONTINUATION', 'length'],
    ['SAFETY', 'content-filter'],
    ['RECITATION', 'content-filter'],
    ['PROHIBITED_CONTENT', 'content-filter'],
    ['MALFORMED_FUNCTION_CALL', 'other'],
    ['OF_NEXT_YEAR', 'other'],
  ])('M9: %s is %s', (raw, reason) => {
    expect(read(said([{ text: 'a' }]), end(raw)).events.at(-1)).toMatchObject({ reason, raw });
  });

  it('M9: a prompt that is blocked ends the answer, and counts', () => {
    const blocked = {
      promptFeedback: { blockReason: 'SAFETY' },
      usageMetadata: { promptTokenCount: 9 },
    };
    const { events, isFinished } = read(blocked);
    expect(isFinished).toBe(true);
    expect(events).toEqual([
      {
        type: 'finish',
        reason: 'content-filter',
        raw: 'SAFETY',
        usage: { input: { total: 9 }, output: {}, raw: { promptTokenCount: 9 } },
      },
    ]);
  });

  it('O1 M9: counts thoughts into the output, and what tools said into the input', () => {
    const usageMetadata = {
      promptTokenCount: 100,
      cachedContentTokenCount: 40,
      toolUsePromptTokenCount: 5,
      candidatesTokenCount: 10,
      thoughtsTokenCount: 30,
      totalTokenCount: 145,
    };
    const { events } = read({ ...said([{ text: 'a' }], { finishReason: 'STOP' }), usageMetadata });
    expect(events.at(-1)).toMatchObject({
      usage: {
        input: { total: 105, cacheRead: 40 },
        output: { total: 40, reasoning: 30 },
        raw: usageMetadata,
      },
    });
  });

  it('M9: tells when another model answered', () => {
    const warned = (modelVersion: string) =>
      read({ ...said([{ text: 'a' }]), modelVersion }).events.some(
        (event) => event.type === 'meta' && event.warnings !== undefined,
      );
    expect(warned('gemini-3-001')).toBe(false);
    expect(warned('gemma-4')).toBe(true);
  });

  it('M9: reads a document, and a stream that came as a list', () => {
    for (const document of [
      said([{ text: 'a' }], { finishReason: 'STOP' }),
      [said([{ text: 'a' }]), end('STOP')],
    ]) {
      const { events } = readBody(create, [JSON.stringify(document)], {
        'content-type': 'application/json',
      });
      expect(partsOf(events)).toEqual([{ type: 'text', text: 'a' }]);
      expect(events.at(-1)).toMatchObject({ type: 'finish', reason: 'stop' });
    }
  });

  it('M18: an answer that never says why it ended gives no finish', () => {
    expect(read(said([{ text: 'a' }])).events.some(({ type }) => type === 'finish')).toBe(false);
  });

  it('M18: an error in the middle has its kind', () => {
    const error = { code: 503, message: 'The model is overloaded.', status: 'UNAVAILABLE' };
    expect(read(said([{ text: 'a' }]), { error }).error).toMatchObject({ kind: 'overloaded' });
  });
});
