import { ModelError } from '@overseer/core/plugin';
import type { Credentials } from '@overseer/core/spec';
import { expect, it } from 'vitest';
import { KeyUse } from './key-use.ts';

it('M11: remembers the latest 16 tokens, for an hour each, to keep them out of errors', async () => {
  let token = '';
  const credentials: Credentials = {
    spec: 'credentials/1',
    name: 'a source',
    keyId: 'a',
    get: async () => ({ token, keyId: 'a' }),
  };
  let elapsed = 0;
  const keys = new KeyUse(credentials, 'm', () => elapsed);
  const take = async (next: string): Promise<void> => {
    token = next;
    await keys.take({ signal: AbortSignal.timeout(5_000) });
  };
  for (let nth = 0; nth < 20; nth++) await take(`token-${nth}`);
  expect([...keys.secrets]).toHaveLength(16);
  expect([...keys.secrets][0]).toBe('token-4');
  elapsed = 3_600_000;
  await take('token-5');
  expect([...keys.secrets]).toHaveLength(16);
  elapsed = 3_600_001;
  await take('token-20');
  expect([...keys.secrets]).toEqual(['token-5', 'token-20']);
  expect(keys.refuse(new ModelError('server', 'no'), { signal: AbortSignal.abort() }).kind).toBe(
    'server',
  );
});
