import { describe, expect, it } from 'vitest';
import { AnthropicAnswerReader } from '../anthropic/anthropic-answer-reader.ts';
import { OpenAiAnswerReader } from './openai-answer-reader.ts';
import { type CreateReader, readBody } from './read-body.fixture.ts';

const readers: Readonly<Record<string, CreateReader>> = {
  OpenAI: (from, sink) => new OpenAiAnswerReader(from, sink),
  Anthropic: (from, sink) => new AnthropicAnswerReader(from, sink),
};

const OVERLOADED =
  '{"type":"error","error":{"type":"overloaded_error","message":"Too much to do"}}';

describe.each(Object.entries(readers))("an error in the middle of %s's stream", (_, create) => {
  it('M18: has what the head of the answer said: the id of the request, its limits, when to come back', () => {
    const { error } = readBody(create, [`event: error\ndata: ${OVERLOADED}\n\n`], {
      'content-type': 'text/event-stream',
      'request-id': 'r1',
      'retry-after': '7',
      'x-ratelimit-limit-requests': '10',
      'x-ratelimit-remaining-requests': '9',
    });
    expect(error).toMatchObject({
      kind: 'overloaded',
      message: expect.stringContaining('Too much to do'),
      requestId: 'r1',
      retryAfterMs: 7000,
      rate: { requests: { limit: 10, remaining: 9 } },
    });
  });
});
