import { modelRefusal } from '@overseer/core/plugin';
import { describe, expect, it } from 'vitest';
import { isMissingEndpoint, isResponseGone } from './missing-endpoint.ts';

function refused(status: number | undefined, body: unknown): unknown {
  return modelRefusal({ where: 'openai-compatible/my:model', body, ...(status && { status }) });
}

describe('a refusal', () => {
  it.each([
    [404, { detail: 'Not Found' }],
    [404, '404 page not found'],
    [404, ''],
    [
      404,
      { error: { message: 'Invalid URL (POST /v1/responses)', type: 'invalid_request_error' } },
    ],
    [405, { detail: 'Method Not Allowed' }],
    [501, { error: { message: 'not implemented for this model', code: 501 } }],
    [undefined, { error: 'Unexpected endpoint or method. (POST /v1/responses)' }],
  ])('M6: %s %j says that there is no such endpoint', (status, body) => {
    expect(isMissingEndpoint(refused(status, body))).toBe(true);
  });

  it.each([
    [404, { error: { message: 'The model `x` does not exist' } }],
    [404, { error: { message: 'nothing here', code: 'model_not_found' } }],
    [400, { error: { message: 'Unknown parameter' } }],
    [500, { error: { message: 'oops' } }],
  ])('M6: %s %j says something else', (status, body) => {
    expect(isMissingEndpoint(refused(status, body))).toBe(false);
  });

  it('M6: tells that an earlier response is gone', () => {
    const message = "Previous response with id 'resp_1' not found.";
    expect(isResponseGone(refused(400, { error: { message } }))).toBe(true);
    expect(isResponseGone(refused(404, { error: { message: 'Not found' } }))).toBe(false);
    expect(isResponseGone(new Error('previous_response_id'))).toBe(false);
  });
});
