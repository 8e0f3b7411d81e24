import { describe, expect, it } from 'vitest';
import { answerValidator } from './answer.ts';
import { messagesOf, verdictOf } from './context.fixture.ts';

describe('answerValidator', () => {
  it('V1: passes who said or changed something', async () => {
    expect(await verdictOf(answerValidator, 'Done.')).toEqual({ kind: 'pass' });
    expect(await verdictOf(answerValidator, '', { changed: ['a.ts'] })).toEqual({ kind: 'pass' });
  });

  it('V1: refuses who did neither, and says what to do', async () => {
    for (const text of ['', ' \n\t']) {
      const verdict = await verdictOf(answerValidator, text);
      expect(messagesOf(verdict)).toEqual(['The answer is empty, and no file was changed.']);
      expect(verdict).toMatchObject({ hint: 'Do the task and say what was done.' });
    }
  });
});
