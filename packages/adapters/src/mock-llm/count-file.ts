import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { ConfigError } from '@overseer/core/plugin';
import { createTally, type MockCounts, type Settlement } from './counts.ts';
import { asObject, parsedOr } from './json-reader.ts';

/** A file of settlements, open for appending. */
export interface CountFile {
  /** Writes one line at once; it survives the death of this process. Not synced: it need not survive the machine's. */
  append(settlement: Settlement): void;
  close(): void;
}

/** Opens a count file, going on where an earlier service stopped. Throws `ConfigError` where it cannot be opened. */
export function openCountFile(path: string): CountFile {
  const file = open(path);
  // A service that died in the middle of a line must not spoil the next one.
  if (endsTorn(file)) writeSync(file, '\n');
  let closed = false;
  return {
    append(settlement) {
      if (!closed) writeSync(file, `${JSON.stringify(settlement)}\n`);
    },
    close() {
      if (!closed) closeSync(file);
      closed = true;
    },
  };
}

/**
 * The counts in a count file, of all services that wrote to it. Lines cut short by a death are left out. Throws
 * `ConfigError` where it cannot be read.
 */
export async function readMockCounts(path: string): Promise<MockCounts> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw unusable(path, 'read', cause);
  });
  const tally = createTally();
  for (const line of text.split('\n')) {
    const settlement = settlementIn(line);
    if (settlement !== undefined) tally.add(settlement);
  }
  return tally.counts();
}

function open(path: string): number {
  try {
    return openSync(path, 'a+');
  } catch (cause) {
    throw unusable(path, 'opened', cause);
  }
}

function endsTorn(file: number): boolean {
  const { size } = fstatSync(file);
  const last = Buffer.alloc(1);
  return size > 0 && readSync(file, last, 0, 1, size - 1) === 1 && last.toString() !== '\n';
}

function settlementIn(line: string): Settlement | undefined {
  const value = asObject(parsedOr(line));
  const { model, outcome } = value;
  return typeof model === 'string' && typeof outcome === 'string'
    ? (value as Settlement)
    : undefined;
}

function unusable(path: string, what: string, cause: unknown): ConfigError {
  const sentence = `The count file ${path} cannot be ${what}; give a path in a folder that exists and may be written.`;
  return new ConfigError('config.count-file', sentence, { cause });
}
