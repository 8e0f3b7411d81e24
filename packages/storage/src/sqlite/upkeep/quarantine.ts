import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';

/** A file of what was damaged, a row a line as it was found, bytes in base64. It is made when there is something. */
export class Quarantine implements Disposable {
  readonly #path: string;
  #descriptor: number | undefined;
  #count = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** How many rows are in it. */
  get count(): number {
    return this.#count;
  }

  /** Keeps a row of a table, and why it is here. */
  put(table: string, row: Readonly<Record<string, unknown>>, because: string): void {
    this.#descriptor ??= openSync(this.#path, 'wx', 0o600);
    const text = JSON.stringify({ table, because, row }, (_key, value) =>
      value instanceof Uint8Array ? { base64: Buffer.from(value).toString('base64') } : value,
    );
    writeSync(this.#descriptor, `${text}\n`);
    this.#count++;
  }

  /** Has it on disk. */
  sync(): void {
    if (this.#descriptor !== undefined) fsyncSync(this.#descriptor);
  }

  [Symbol.dispose](): void {
    if (this.#descriptor === undefined) return;
    this.sync();
    closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }
}
