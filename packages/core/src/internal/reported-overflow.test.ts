import { describe, expect, it } from 'vitest';
import { reportedOverflow } from './reported-overflow.ts';

describe('reportedOverflow', () => {
  it.each([
    [
      "This model's maximum context length is 8192 tokens. However, you requested 9000 tokens (8000 in the messages, 1000 in the completion).",
      8_192,
      9_000,
    ],
    [
      "This model's maximum context length is 128,000 tokens. However, your messages resulted in 130,001 tokens.",
      128_000,
      130_001,
    ],
    ['prompt is too long: 210033 tokens > 200000 maximum', 200_000, 210_033],
    [
      'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).',
      1_048_576,
      1_200_000,
    ],
    [
      'request (5000 tokens) exceeds the available context size (4096 tokens), try increasing it',
      4_096,
      5_000,
    ],
    ['the context length of only 4096 tokens is not enough', 4_096, undefined],
    ['Your input exceeds the context window of this model.', undefined, undefined],
  ])('R9: reads %j', (message, window, tokens) => {
    expect(reportedOverflow(message)).toEqual({ window, tokens });
  });

  it('R9: takes time in proportion to a long message', () => {
    const startedAt = performance.now();
    reportedOverflow('context size '.repeat(100_000) + '9'.repeat(100_000));
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });
});
