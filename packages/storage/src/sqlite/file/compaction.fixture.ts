import assert from 'node:assert/strict';
import { hash as digest } from 'node:crypto';
import { copyFileSync, existsSync } from 'node:fs';
import { currentHolder } from '@overseer/core/plugin';
import type { OverseerEvent } from '@overseer/core/spec';
import type { KeyRing } from '../../at-rest/key-ring.ts';
import { decodePage } from '../decode-page.ts';
import { encodeEvents } from '../encode-events.ts';
import { testKeys } from '../keys.fixture.ts';
import { openDatabase } from '../node-driver.ts';
import { type FileWrite, isRefusal } from '../protocol.ts';
import { eventAt } from '../upkeep/journal.fixture.ts';
import type { JournalFile } from './journal-file.ts';
import { openFile } from './open-file.ts';

/** The stream that tests write. */
export const STREAM = 'project/x';
/** How old a value must be, in ms. */
export const AFTER_MS = 1_000;
/** What sealed journals are sealed under. */
export const KEYS: KeyRing = testKeys();

/** What happens to a journal. */
export type Deed =
  | {
      readonly kind: 'put' | 'name' | 'snapshot' | 'other-puts' | 'other-names';
      readonly nth: number;
    }
  | { readonly kind: 'say' | 'erase'; readonly nth: number }
  | { readonly kind: 'crash' | 'step' }
  | { readonly kind: 'wait'; readonly ms: number };

/** A journal, and what has to be in it. */
export class World {
  path: string;
  readonly #newPath: () => string;
  file: JournalFile;
  now = 0;
  readonly #isSealed: boolean;
  #epoch = 0;
  #seq = 0;
  /** Values that were put, with the time. */
  readonly #puts = new Map<string, number>();
  readonly #events: { readonly run: string; readonly text: string }[] = [];
  readonly #erased = new Set<string>();
  #snapshot = '';
  #isDaring = false;

  constructor(newPath: () => string, isSealed: boolean) {
    this.#newPath = newPath;
    this.path = newPath();
    this.#isSealed = isSealed;
    this.file = this.open();
  }

  open(): JournalFile {
    this.file = opened(this.path, this.#isSealed);
    this.#take(this.file);
    return this.file;
  }

  #take(file: JournalFile): void {
    const lease = file.lease();
    const { epoch } = isRefusal(lease) ? { epoch: 0 } : lease;
    const taken = file.take({ name: STREAM, holder: currentHolder('t'), epoch, at: 1 });
    if (typeof taken === 'number') this.#epoch = taken;
  }

  /** `whenever`: also where the value may be gone, as far as this world knows. */
  act(each: Deed, when: 'in time' | 'whenever' = 'in time'): void {
    this.#isDaring = when === 'whenever';
    switch (each.kind) {
      case 'put':
        this.put(each.nth);
        return;
      case 'name':
        if (this.#isThere(each.nth)) this.append(`run ${each.nth % 3}`, hashOf(each.nth));
        return;
      case 'snapshot': {
        if (!this.#isThere(each.nth)) return;
        this.#snapshot = hashOf(each.nth);
        const body = JSON.stringify([`of \b${this.#snapshot}`]);
        this.write({ kind: 'snapshot', stream: STREAM, foldVersion: 1, seq: this.#seq, body });
        return;
      }
      case 'say':
        this.append(`run ${each.nth % 3}`, `${'large words '.repeat(400)}${each.nth}`);
        return;
      case 'erase':
        if (this.#isSealed) this.erase(`run ${each.nth % 3}`);
        return;
      case 'step':
        this.step();
        return;
      case 'wait':
        this.now += each.ms;
        return;
      case 'crash':
        this.#crash();
        return;
      case 'other-puts':
      case 'other-names':
        this.#other(each.kind, each.nth);
    }
  }

  put(nth: number, size = 100): string {
    this.write({ kind: 'blob', bytes: bytesOf(nth, size) });
    const hash = hashOf(nth, size);
    this.#puts.set(hash, this.now);
    return hash;
  }

  append(run: string, text: string): void {
    const event: OverseerEvent = eventAt(++this.#seq, { stream: STREAM, run, because: text });
    this.write({ kind: 'append', epoch: this.#epoch, segments: encodeEvents([event]).segments });
    // What is said of an erased run later is kept.
    const isKept = this.#erased.has(run);
    this.#events.push({ run: isKept ? '' : run, text });
  }

  erase(run: string): void {
    if (!this.#events.some((event) => event.run === run)) return;
    this.write({ kind: 'erase', epoch: this.#epoch, run, at: 1 });
    this.#erased.add(run);
  }

  write(write: FileWrite): void {
    const outcomes = this.file.write([write]);
    assert.deepEqual(outcomes.filter(isRefusal), []);
  }

  step(): void {
    this.file.compact(this.now);
  }

  /** Works until there is nothing to do, as time goes on. */
  settle(): void {
    for (let round = 0; round < 4; round++) {
      this.settleNow();
      this.now += AFTER_MS + 1;
    }
    this.settleNow();
  }

  settleNow(): void {
    while (this.file.compact(this.now) === 'more');
  }

  has(hash: string): boolean {
    return this.file.blob(hash) instanceof Uint8Array;
  }

  /** Every event reads as it was said, and every value that is named or young is there. */
  check(): void {
    const page = this.file.read({ stream: STREAM, after: 0, limit: 10_000 });
    if (isRefusal(page)) throw new Error(page.message);
    const said = decodePage(page)?.map((event) =>
      event.type === 'task.waiting' ? event.data.because : undefined,
    );
    const expected = this.#events.map(({ run, text }) =>
      this.#erased.has(run) ? undefined : text,
    );
    assert.deepEqual(said, expected);
    for (const hash of this.named()) assert.ok(this.has(hash), hash);
    for (const [hash, at] of this.#puts) {
      if (this.now - at <= AFTER_MS) assert.ok(this.has(hash), hash);
    }
  }

  /** The values that have to be kept. */
  named(): readonly string[] {
    const texts = this.#events.flatMap(({ run, text }) => (this.#erased.has(run) ? [] : [text]));
    return [...this.#puts.keys()]
      .filter((hash) => texts.includes(hash) || this.#snapshot === hash)
      .sort();
  }

  /** The values that are there. */
  standing(): readonly string[] {
    return [...this.#puts.keys()].filter((hash) => this.has(hash)).sort();
  }

  async close(): Promise<void> {
    this.file.close([{ name: STREAM, epoch: this.#epoch }]);
  }

  #isThere(nth: number): boolean {
    const at = this.#puts.get(hashOf(nth));
    if (this.#isDaring) return true;
    return at !== undefined && (this.now - at <= AFTER_MS || this.named().includes(hashOf(nth)));
  }

  /** Goes on with what the disk holds, as after a kill. */
  #crash(): void {
    const copy = this.#newPath();
    for (const end of ['', '-wal']) {
      if (existsSync(`${this.path}${end}`)) copyFileSync(`${this.path}${end}`, `${copy}${end}`);
    }
    this.file.close([]);
    this.path = copy;
    this.open();
  }

  /** Another process has the file open too: it puts a value, or takes the lease over for one event. */
  #other(kind: Deed['kind'], nth: number): void {
    const mine = this.file;
    const other = opened(this.path, this.#isSealed);
    this.file = other;
    if (kind === 'other-puts') this.put(nth);
    else if (this.#isThere(nth)) {
      this.#take(other);
      this.append('run 1', hashOf(nth));
      other.close([{ name: STREAM, epoch: this.#epoch }]);
      this.#take(mine);
      this.file = mine;
      return;
    }
    other.close([]);
    this.file = mine;
  }
}

/** Opens a journal file. */
export function opened(path: string, isSealed: boolean): JournalFile {
  const keys = isSealed ? KEYS : undefined;
  const options = { path, openDatabase, busyTimeoutMs: 1_000, keys, compactAfterMs: AFTER_MS };
  const file = openFile(options);
  if (isRefusal(file)) throw new Error(file.message);
  return file;
}

function bytesOf(nth: number, size = 100): Uint8Array {
  const start = digest('sha256', `value ${nth}`, 'hex');
  if (size < 1_000) return Buffer.from(start);
  // Bytes that do not become fewer by compressing.
  const parts = Array.from({ length: size / 32 }, (_, at) =>
    digest('sha256', `${start} ${at}`, 'buffer'),
  );
  return Buffer.concat(parts);
}

function hashOf(nth: number, size = 100): string {
  return digest('sha256', bytesOf(nth, size), 'hex');
}
