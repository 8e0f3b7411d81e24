import { cacheKey, memoryAnswers } from '@overseer/core/plugin';
import type { Row } from '../routing/rows.ts';
import { requestFor } from './question-prompt.ts';

/** Which of these questions the product's cache answers from before, asked one after the other: those that were asked already. */
export function answeredBefore(rows: readonly Row[]): readonly boolean[] {
  const answers = memoryAnswers({ entries: 100_000, bytes: 2 ** 30 });
  return rows.map((row) => {
    const key = cacheKey({
      request: requestFor(row),
      model: { provider: 'any', id: 'model' },
      name: 'model',
      scope: { project: 'savings' },
    });
    if (key === undefined) return false;
    if (answers.get(key) !== undefined) return true;
    answers.put(key, {
      call: key,
      parts: [{ type: 'text', text: row.strongResponse ?? 'A' }],
      reason: 'stop',
      cost: { inputTokens: 0, outputTokens: 0, microUsd: 0 },
      expiresAt: Number.MAX_SAFE_INTEGER,
    });
    return false;
  });
}
