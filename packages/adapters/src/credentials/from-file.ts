import { type BigIntStats, constants, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { OverseerError } from '@overseer/core/plugin';
import type { Credential, Credentials } from '@overseer/core/spec';
import { keyIdOf } from '../internal/key-id.ts';

const MAX_BYTES = 65_536;

/** How a file of a key is read. */
export interface KeyFileOptions {
  /** Where it is JSON: the field with the key. The default is the first of `apiKey`, `api_key`, `token` and `access_token`. */
  readonly field?: string;
}

/**
 * A key in a file, as plain text or JSON, looked at before each call and read again where it has changed. Asking throws
 * `OverseerError`: `credentials.file` for a file that others may read or that holds no key, `credentials.missing` where there is none.
 */
export function fromFile(path: string, { field }: KeyFileOptions = {}): Credentials {
  const place = resolve(path);
  let latest: Read | undefined;
  return {
    spec: 'credentials/1',
    name: `the file ${place}`,
    keyId: `file ${place}`,
    get: async () => {
      latest = await read(place, field, latest);
      return latest.credential;
    },
    settle: ({ token }, { kind }) => {
      if (kind !== 'refused' || latest === undefined) return false;
      return latest.credential.token !== token || versionNow(place) !== latest.version;
    },
  };
}

interface Read {
  /** Changes with every write. */
  readonly version: string;
  readonly credential: Credential;
}

async function read(path: string, field: string | undefined, latest?: Read): Promise<Read> {
  // By one descriptor, so that what is read is what was looked at.
  // A pipe is opened at once, and not when somebody writes to it.
  await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(
    (error: unknown) => {
      throw cannotOpen(path, error);
    },
  );
  const stats = await file.stat({ bigint: true });
  if (!stats.isFile()) throw unfit(path, 'is no file: give the path of a file with the key');
  const version = versionOf(stats);
  requirePrivate(path, Number(stats.mode), Number(stats.uid));
  if (latest?.version === version) return latest;
  if (stats.size > MAX_BYTES) throw unfit(path, 'is too large for a key');
  const token = keyIn(path, await file.readFile('utf8'), field);
  return { version, credential: { token, keyId: keyIdOf({ apiKey: token }) ?? '' } };
}

function versionOf({ ino, mtimeNs, ctimeNs, size }: BigIntStats): string {
  return `${ino} ${mtimeNs} ${ctimeNs} ${size}`;
}

function versionNow(path: string): string | undefined {
  try {
    return versionOf(statSync(path, { bigint: true }));
  } catch {
    return undefined;
  }
}

/** Throws `credentials.file` where others than the owner, or root, may read it. Windows has no such bits. */
function requirePrivate(path: string, mode: number, owner: number): void {
  if (process.platform === 'win32') return;
  if ((mode & 0o077) !== 0) {
    throw unfit(
      path,
      `can be read by others; run: chmod 600 '${path}', and change the key if they did`,
    );
  }
  const self = process.getuid?.();
  if (owner !== 0 && owner !== self) throw unfit(path, 'belongs to somebody else');
}

function keyIn(path: string, text: string, field: string | undefined): string {
  const trimmed = text.trim();
  const isJson = field !== undefined || trimmed.startsWith('{');
  const key = isJson ? keyOfJson(path, trimmed, field) : trimmed;
  if (key === '') throw unfit(path, 'is empty');
  if (!/^[\x21-\x7e]+$/.test(key)) throw unfit(path, 'holds more than one key, or something else');
  return key;
}

const FIELDS: readonly string[] = ['apiKey', 'api_key', 'token', 'access_token'];

function keyOfJson(path: string, text: string, field: string | undefined): string {
  const fields = field === undefined ? FIELDS : [field];
  const parsed = parsedOrNothing(text);
  if (parsed === undefined) throw unfit(path, 'is no JSON');
  const record = (typeof parsed === 'object' ? parsed : null) as Record<string, unknown> | null;
  const found = fields.map((name) => record?.[name]).find((value) => typeof value === 'string');
  if (typeof found === 'string') return found.trim();
  throw unfit(path, `has no text under ${fields.join(', ')}`);
}

/** The parser's own words would show a part of the text. */
function parsedOrNothing(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function unfit(path: string, what: string): OverseerError {
  return new OverseerError('credentials.file', `the key file ${path} ${what}`);
}

function cannotOpen(path: string, error: unknown): OverseerError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'an error';
  if (code === 'ENOENT') {
    return new OverseerError(
      'credentials.missing',
      `there is no key file ${path}; put the key there`,
    );
  }
  return unfit(path, `cannot be read (${code})`);
}
