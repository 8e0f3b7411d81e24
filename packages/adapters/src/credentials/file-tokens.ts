import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { currentHolder, isAlive, OverseerError } from '@overseer/core/plugin';
import type { StoredTokens, TokenStore } from './token-store.ts';

const PATIENCE_MS = 60_000;
const POLL_MS = 25;

/**
 * Keeps tokens in a file that its owner alone may read (mode 0600), whole at every moment, and locked by a file beside it while they are
 * renewed, so that of several processes one does that. Throws `OverseerError` `credentials.file` where others may read it, where it
 * cannot be written, or where another process holds it for more than a minute.
 */
export function fileTokens(path: string): TokenStore {
  const place = resolve(path);
  return {
    name: `the file ${place}`,
    exclusive: async (work) => {
      await using _lock = await keeping(place, async () => {
        await mkdir(dirname(place), { recursive: true, mode: 0o700 });
        return await lock(`${place}.lock`);
      });
      return await work(await read(place), (tokens) => keeping(place, () => save(place, tokens)));
    },
  };
}

async function read(path: string): Promise<StoredTokens | undefined> {
  const stats = await stat(path).catch(() => undefined);
  if (stats === undefined) return undefined;
  if (process.platform !== 'win32' && (stats.mode & 0o077) !== 0) {
    throw unfit(
      path,
      `can be read by others; run: chmod 600 '${path}', and sign in again if they did`,
    );
  }
  const tokens = parsed(await readFile(path, 'utf8'));
  if (typeof tokens?.accessToken !== 'string')
    throw unfit(path, 'holds no tokens; remove it and sign in again');
  return tokens;
}

/** The parser's own words would show a part of the text. */
function parsed(text: string): StoredTokens | undefined {
  try {
    return JSON.parse(text) as StoredTokens;
  } catch {
    return undefined;
  }
}

async function save(path: string, tokens: StoredTokens | undefined): Promise<void> {
  if (tokens === undefined) return await rm(path, { force: true });
  const whole = `${path}.${randomUUID()}`;
  try {
    await writeFile(whole, `${JSON.stringify(tokens)}\n`, { flag: 'wx', mode: 0o600, flush: true });
    await rename(whole, path);
  } finally {
    await rm(whole, { force: true });
  }
}

async function lock(path: string): Promise<AsyncDisposable> {
  const startedAt = performance.now();
  while (!(await create(path))) {
    await clearDead(path);
    if (performance.now() - startedAt > PATIENCE_MS) {
      throw unfit(path, 'is held by another process; try again when that has ended', true);
    }
    await sleep(POLL_MS);
  }
  return { [Symbol.asyncDispose]: () => rm(path, { force: true }) };
}

/** The lock appears with its owner in it, all at once. */
async function create(path: string): Promise<boolean> {
  const prepared = `${path}.${randomUUID()}`;
  await writeFile(prepared, JSON.stringify(currentHolder('tokens')), { mode: 0o600 });
  try {
    await link(prepared, path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(prepared, { force: true });
  }
}

/** Removes the very lock that a dead process left; another that came in its place meanwhile is put back. */
async function clearDead(path: string): Promise<void> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined || isHeld(text)) return;
  const aside = `${path}.stale-${randomUUID()}`;
  const isMoved = await rename(path, aside).then(
    () => true,
    () => false,
  );
  if (!isMoved) return;
  if ((await readFile(aside, 'utf8')) !== text) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
}

function isHeld(text: string): boolean {
  try {
    return isAlive(JSON.parse(text));
  } catch {
    return false;
  }
}

/** The disk's own errors, in our words. */
async function keeping<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error) || OverseerError.is(error)) throw error;
    const what = `cannot be kept (${String(error.code)}); see that there is room and that this program may write there`;
    throw unfit(path, what, true);
  }
}

function unfit(path: string, what: string, retryable = false): OverseerError {
  return new OverseerError('credentials.file', `the token file ${path} ${what}`, { retryable });
}
