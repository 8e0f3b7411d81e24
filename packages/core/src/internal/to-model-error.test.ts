import { describe, expect, it } from 'vitest';
import { ModelError } from '../errors/model-error.ts';
import { classify } from './classify.ts';
import { modelRefusal } from './model-refusal.ts';
import { toModelError } from './to-model-error.ts';

describe('classify', () => {
  it.each([
    [400, 'invalid_request_error', 'bad field', 'invalid'],
    [400, 'context_length_exceeded', 'too long', 'context-overflow'],
    [
      400,
      'exceed_context_size_error',
      'the request exceeds the available context size',
      'context-overflow',
    ],
    [400, undefined, 'prompt is too long: 210000 tokens > 200000', 'context-overflow'],
    [400, undefined, 'No models loaded. Please load a model', 'loading'],
    [503, 'unavailable_error', 'Loading model', 'loading'],
    [401, 'invalid_api_key', 'Incorrect API key', 'auth'],
    [400, 'INVALID_ARGUMENT', 'API key not valid. Please pass a valid API key.', 'auth'],
    [402, undefined, 'Payment Required', 'quota'],
    [429, undefined, 'a Trial key, which is limited to 1000 API calls / month', 'quota'],
    [429, undefined, 'a Trial key, which is limited to 20 API calls / minute', 'rate-limit'],
    [429, 'insufficient_quota', 'You exceeded your current quota', 'quota'],
    [
      429,
      'rate_limit_error/rate_limit_exceeded',
      'Limit 3 / min. Add a payment method at /account/billing',
      'rate-limit',
    ],
    [429, 'rate_limit_error', 'too many tokens per minute', 'rate-limit'],
    [404, 'model_not_found', 'no such model', 'not-found'],
    [408, undefined, '', 'timeout'],
    [409, undefined, 'conflict', 'server'],
    [425, undefined, 'too early', 'server'],
    [413, 'request_too_large', 'Request exceeds the maximum size', 'context-overflow'],
    [501, 'not_supported_error', '', 'unsupported'],
    [529, 'overloaded_error', 'Overloaded', 'overloaded'],
    [undefined, 'overloaded_error', 'Overloaded', 'overloaded'],
    [undefined, 'server_error', 'mid', 'server'],
    [undefined, undefined, 'what?', 'protocol'],
  ])('M18: %s %s %j is %s', (status, code, message, kind) => {
    expect(classify(status, code, message)).toBe(kind);
  });
});

describe('a refusal', () => {
  it.each([
    ['FastAPI', { detail: [{ loc: ['body', 'seed'], msg: 'not permitted' }, { msg: 'more' }] }],
    [
      'Mistral',
      { message: { detail: [{ loc: ['body', 'seed'], msg: 'not permitted' }, { msg: 'more' }] } },
    ],
  ])('M18: says of which fields %s complains', (_, body) => {
    const error = modelRefusal({ status: 422, body: JSON.stringify(body) });
    expect(error).toMatchObject({ kind: 'invalid', status: 422 });
    expect(error.message).toMatch(/^body\.seed: not permitted; more \(422\);/);
  });

  it('M18: reads an error out of a list of one, and takes none that says nothing', () => {
    const listed = [{ error: { code: 429, message: 'slow', status: 'RESOURCE_EXHAUSTED' } }];
    expect(modelRefusal({ body: listed })).toMatchObject({ kind: 'rate-limit', status: 429 });
    expect(modelRefusal({ body: [{ loc: 1 }, 5] }).kind).toBe('protocol');
    expect(modelRefusal({ body: {}, otherwise: 'server' }).kind).toBe('server');
  });

  it('M18: says where, what and what to do, and keeps what the headers tell', () => {
    const error = modelRefusal({
      where: 'openai/gpt-x',
      status: 429,
      body: '{"error":{"message":"Rate limit reached.","type":"requests","code":"rate_limit_exceeded"}}',
      headers: new Headers({
        'retry-after': '3',
        'x-request-id': 'req_1',
        'x-ratelimit-remaining-requests': '0',
      }),
    });
    expect(error).toMatchObject({
      code: 'model.rate-limit',
      status: 429,
      providerCode: 'requests/rate_limit_exceeded',
      retryAfterMs: 3000,
      requestId: 'req_1',
      retryable: true,
      rate: { requests: { remaining: 0 } },
    });
    expect(error.message).toBe(
      'openai/gpt-x: Rate limit reached (429); wait until the limit resets, or use another model',
    );
  });

  it("R9: reads Google's wait from the body, and then takes a quota for a limit", () => {
    const details = [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '2s' }];
    const message = 'You exceeded your current quota';
    const error = modelRefusal({ status: 429, body: { error: { code: 429, message, details } } });
    expect(error).toMatchObject({ kind: 'rate-limit', retryAfterMs: 2000 });
  });

  it.each([
    [{ error: 'model is busy' }, 'model is busy'],
    [{ detail: 'Not Found' }, 'Not Found'],
    [{ object: 'error', message: 'bad', code: 400 }, 'bad'],
    ['<html>gateway</html>', '<html>gateway</html>'],
  ])('M18: finds the words in %j', (body, words) => {
    expect(modelRefusal({ status: 400, body }).message).toContain(words);
  });

  it("R9: follows the provider's own word on another try", () => {
    const headers = new Headers({ 'x-should-retry': 'false' });
    expect(modelRefusal({ status: 500, body: '', headers }).retryable).toBe(false);
  });

  it('M11: does not repeat a key that a provider repeats', () => {
    const message =
      'Incorrect API key provided: sk-proj-abcdefgh12345678. Header was Bearer abc.def';
    const error = modelRefusal({ status: 401, body: { error: { message } } });
    expect(error.message).toBe(
      'Incorrect API key provided: [key] Header was [key] (401); check the API key',
    );
  });

  it('M18: cuts what a provider says', () => {
    expect(
      modelRefusal({ status: 400, body: { message: 'x'.repeat(9999) } }).message.length,
    ).toBeLessThan(1100);
  });
});

describe('toModelError', () => {
  it('M18: leaves a ModelError as it is', () => {
    const error = new ModelError('auth', 'no key');
    expect(toModelError(error)).toBe(error);
  });

  it.each([
    [Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }), 'network'],
    [
      new TypeError('fetch failed', {
        cause: Object.assign(new Error('x'), { code: 'ENOTFOUND' }),
      }),
      'network',
    ],
    [
      new TypeError('fetch failed', {
        cause: Object.assign(new Error('x'), { code: 'UND_ERR_HEADERS_TIMEOUT' }),
      }),
      'timeout',
    ],
    [new TypeError('terminated', { cause: new Error('other side closed') }), 'network'],
    [
      Object.assign(new Error('x', { cause: new TypeError('terminated') }), { statusCode: 200 }),
      'network',
    ],
    [new Error('Did not receive done or success response in stream.'), 'interrupted'],
    [Object.assign(new Error('429 slow down'), { status: 429 }), 'rate-limit'],
    [Object.assign(new Error('nope'), { status_code: 404 }), 'not-found'],
    ['just a text', 'protocol'],
    [new TypeError('Headers.append: "a\nb" is an invalid header value'), 'invalid'],
    [Object.assign(new Error('invalid header value'), { status: 429 }), 'rate-limit'],
  ])('M18: %s is of the right kind', (thrown, kind) => {
    const error = toModelError(thrown);
    expect(error.kind).toBe(kind);
    expect(error.cause).toBe(thrown);
  });

  it('K6: an abort is an abort, whatever was thrown for it', () => {
    const controller = new AbortController();
    controller.abort();
    const thrown = Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
    expect(toModelError(thrown, controller.signal).kind).toBe('aborted');
    const late = AbortSignal.abort(new DOMException('over', 'TimeoutError'));
    expect(toModelError(thrown, late)).toMatchObject({ kind: 'timeout', retryable: true });
  });
});
