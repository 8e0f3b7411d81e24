import { describe, expect, it } from 'vitest';
import { AnthropicAnswerReader } from '../anthropic/anthropic-answer-reader.ts';
import { CohereAnswerReader } from '../cohere/cohere-answer-reader.ts';
import { GoogleAnswerReader } from '../google/google-answer-reader.ts';
import { OpenAiAnswerReader } from './openai-answer-reader.ts';
import { type CreateReader, readBody } from './read-body.fixture.ts';

const openAi: CreateReader = (from, sink) => new OpenAiAnswerReader(from, sink);
const anthropic: CreateReader = (from, sink) => new AnthropicAnswerReader(from, sink);
const google: CreateReader = (from, sink) => new GoogleAnswerReader(from, sink, 'm');
const cohere: CreateReader = (from, sink) => new CohereAnswerReader(from, sink, 'm');
const readers = { OpenAI: openAi, Anthropic: anthropic, Google: google, Cohere: cohere };

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

describe.each(Object.entries(readers))('an error event of %s', (_, create) => {
  it.each([
    ['a document', `event: error\ndata: ${OVERLOADED}\n\n`, 'overloaded', 'Too much to do'],
    ['a document without a name', `data: ${OVERLOADED}\n\n`, 'overloaded', 'Too much to do'],
    ['a text', 'event: error\ndata: upstream is gone\n\n', 'server', 'upstream is gone'],
    ['nothing', 'event: error\ndata:\n\n', 'server', 'the call failed'],
  ])('M18: that is %s fails the call with what it says', (_name, body, kind, said) => {
    const { error } = readBody(create, [body]);
    expect(error).toMatchObject({ kind, message: expect.stringContaining(`test/m: ${said}`) });
  });
});

const JSON_TYPE = { 'content-type': 'application/json', 'request-id': 'r1' };

describe.each(Object.entries(readers))('what is no answer, read as one of %s', (_, create) => {
  it.each([
    ['an error document', OVERLOADED, 'overloaded', 'Too much to do'],
    ['a text as its error', '{"error":"Unexpected endpoint."}', 'protocol', 'Unexpected endpoint'],
    ['a detail', '{"detail":"No such path"}', 'protocol', 'No such path'],
    ['a message alone', '{"message":"Come in later"}', 'protocol', 'Come in later'],
    ['an empty document', '{}', 'protocol', 'holds no'],
    ['an error without words', '{"error":{}}', 'protocol', 'holds no'],
    ['null', 'null', 'protocol', 'holds no'],
    ['a list', '[]', 'protocol', 'holds no'],
    ['a text', '"Service is busy"', 'protocol', 'Service is busy'],
    ['no JSON', '{"a"', 'protocol', 'no JSON'],
    ['nothing', '', 'protocol', 'no JSON'],
  ])('M18: %s with status 200 fails with what the server said', (_name, body, kind, said) => {
    const { error } = readBody(create, [body], JSON_TYPE);
    expect(error).toMatchObject({
      kind,
      message: expect.stringMatching(new RegExp(`^test/m: .*${said}`)),
      requestId: 'r1',
    });
  });

  it.each([
    ['null', 'null'],
    ['a number', '7'],
    ['a list', '[]'],
    ['an error', OVERLOADED],
    ['an error without a type', '{"error":{"message":"Too much to do"}}'],
  ])('M18: %s in a stream is a failure that says so', (_name, data) => {
    const { error } = readBody(create, [`event: x\ndata: ${data}\n\n`]);
    expect(error).toMatchObject({
      code: expect.stringMatching(/^model\.(protocol|overloaded|server)$/),
      message: expect.stringMatching(/^test\/m: .*(no JSON object|Too much to do)/),
    });
  });
});

describe('an answer of a wrong shape', () => {
  it.each([
    ['choices', openAi, '{"choices":[{"delta":{"content":7}}]}'],
    ['tool calls', openAi, '{"choices":[{"delta":{"tool_calls":{}}}]}'],
    ['a tool call', openAi, '{"choices":[{"delta":{"tool_calls":[null]}}]}'],
    ['a message', anthropic, '{"type":"message_start"}'],
    ['a block', anthropic, '{"type":"content_block_start","index":0}'],
    ['a stop', anthropic, '{"type":"message_delta","delta":null}'],
    ['parts', google, '{"candidates":[{"content":{"parts":7}}]}'],
    ['a part', google, '{"candidates":[{"content":{"parts":[null]}}]}'],
  ])('M18: %s that cannot be read is a failure in words', (_, create, data) => {
    const { error } = readBody(create, [`event: x\ndata: ${data}\n\n`], {
      'request-id': 'r1',
    });
    expect(error).toMatchObject({
      code: 'model.protocol',
      message: expect.stringMatching(/^test\/m: .*shape/),
      requestId: 'r1',
      cause: expect.any(TypeError),
    });
  });

  it('M18: a document that cannot be read is one too', () => {
    const { error } = readBody(anthropic, ['{"content":[null]}'], JSON_TYPE);
    expect(error).toMatchObject({ code: 'model.protocol', cause: expect.any(TypeError) });
  });
});
