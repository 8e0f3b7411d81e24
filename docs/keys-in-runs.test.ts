import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromCallback, fromFile } from '@overseer/adapters/credentials';
import { type MockService, startMockService } from '@overseer/adapters/mock-llm';
import { openaiCompatible } from '@overseer/adapters/openai-compatible';
import { createOverseer } from '@overseer/core';
import { OverseerError } from '@overseer/core/plugin';
import type { Credentials } from '@overseer/core/spec';
import { describe, expect, it, onTestFinished } from 'vitest';

const OLD = 'key-of-yesterday';
const NEW = 'key-of-today';

/** A file with the old key, and a service that runs `onCall` before it answers the nth call, and lets a key in or not. */
async function scene(
  onCall: (nth: number, path: string) => void,
  isLetIn: (key: string) => boolean,
) {
  const folder = await mkdtemp(join(tmpdir(), 'keys-'));
  const path = join(folder, 'key');
  await writeFile(path, OLD, { mode: 0o600 });
  let calls = 0;
  const service = await startMockService({
    scenario: {
      models: [{ id: 'm' }],
      rules: [
        {
          name: 'refused',
          when: ({ key }) => {
            onCall(++calls, path);
            return !isLetIn(key ?? '');
          },
          reply: { fault: { kind: 'status', status: 401 } },
        },
      ],
    },
  });
  onTestFinished(async () => {
    await service.close();
    await rm(folder, { recursive: true, force: true });
  });
  return { service, path };
}

/** Runs five tasks, one call at a time, until they are done or an event says `last`; gives all that was told of it. */
async function run({ url }: MockService, apiKey: Credentials, last?: string) {
  const model = openaiCompatible('m', { baseURL: url, apiKey });
  await using overseer = await createOverseer({
    overseer: 'm',
    models: { m: { model, concurrency: 1 } },
  });
  const tasks = [1, 2, 3, 4, 5].map((nth) => ({ instruction: `Do ${nth}.` }));
  const handle = overseer.run({ tasks });
  const events: string[] = [];
  for await (const event of handle) {
    events.push(JSON.stringify(event));
    if (last !== undefined && events.at(-1)?.includes(last)) break;
  }
  const open = overseer.breakers().filter(({ state }) => state !== 'closed');
  if (last !== undefined) await handle.cancel('the test has seen enough');
  const { status, reason } = await handle.result;
  return { status, open, told: [...events, reason, JSON.stringify(open)].join(' ') };
}

const usedIn = ({ requests }: MockService): string =>
  requests.map(({ headers }) => headers.authorization?.replace('Bearer key-of-', '')).join(' ');

describe('a key in the middle of a run', () => {
  it('M11: that is withdrawn once another is in its file costs one refused call, and nothing is held against the model', async () => {
    let isWithdrawn = false;
    const { service, path } = await scene(
      (nth) => {
        isWithdrawn = nth >= 3;
      },
      (key) => key === NEW || !isWithdrawn,
    );
    const source = fromFile(path);
    const refusing: Credentials = {
      ...source,
      // The new key comes while the old one is under way.
      get: async (ctx) => {
        const credential = await source.get(ctx);
        if (usedIn(service).split(' ').length === 2) await writeFile(path, NEW);
        return credential;
      },
    };
    const { status, open, told } = await run(service, refusing);
    expect(status).toBe('completed');
    expect(usedIn(service)).toBe('yesterday yesterday yesterday today today today');
    expect(open).toEqual([]);
    for (const key of [OLD, NEW]) expect(told).not.toContain(key);
  });

  it('M11 M18: whose file others may read from now on stops the calls and says the command to run', async () => {
    const { service, path } = await scene(
      () => undefined,
      () => true,
    );
    const source = fromFile(path);
    const opened: Credentials = {
      ...source,
      get: async (ctx) => {
        if (service.requests.length === 2) await chmod(path, 0o644);
        return await source.get(ctx);
      },
    };
    const { told } = await run(service, opened, 'chmod 600');
    expect(usedIn(service)).toBe('yesterday yesterday');
    expect(told).toContain(`chmod 600 '${path}'`);
    expect(told).not.toContain(OLD);
  });

  it('M11 M18: that cannot be refreshed since a person has to sign in says so, and what was done stays done', async () => {
    const { service } = await scene(
      () => undefined,
      () => true,
    );
    const source = fromCallback(() => {
      if (service.requests.length < 2) return { token: OLD, expiresAt: Date.now() + 1 };
      throw new OverseerError(
        'credentials.login',
        'the sign-in at a.example has expired; sign in again',
      );
    });
    const { told } = await run(service, source, 'sign in again');
    expect(usedIn(service)).toBe('yesterday yesterday');
    expect(told).toContain('sign in again');
    expect(told).not.toContain(OLD);
  });
});
