/** Keeps the beginning and the end of what a process writes; the middle is dropped when it is too much. */
export class BoundedOutput {
  readonly #half: number;
  readonly #head: Buffer[] = [];
  #headBytes = 0;
  #tail: Buffer[] = [];
  #tailBytes = 0;
  #dropped = 0;

  /** `maxBytes` bounds what is kept, and twice that the memory that is used. */
  constructor(maxBytes: number) {
    this.#half = Math.ceil(maxBytes / 2);
  }

  /** Bytes that were not kept. */
  get dropped(): number {
    return this.#dropped;
  }

  add(chunk: Buffer): void {
    const room = this.#half - this.#headBytes;
    if (room > 0) {
      const part = chunk.subarray(0, room);
      this.#head.push(part);
      this.#headBytes += part.length;
    }
    if (room >= chunk.length) return;
    const rest = chunk.subarray(Math.max(0, room));
    this.#tail.push(rest);
    this.#tailBytes += rest.length;
    if (this.#tailBytes > 2 * this.#half) this.#trim();
  }

  /** Everything, if nothing was dropped; else both ends one after the other. */
  bytes(): Buffer {
    if (this.#tailBytes > this.#half) this.#trim();
    return Buffer.concat([...this.#head, ...this.#tail]);
  }

  /** As text, with a line that says how much is missing. */
  text(): string {
    if (this.#tailBytes > this.#half) this.#trim();
    const tail = Buffer.concat(this.#tail);
    if (this.#dropped === 0) return Buffer.concat([...this.#head, tail]).toString();
    const cut = `\n[… ${this.#dropped} bytes left out …]\n`;
    return Buffer.concat(this.#head).toString() + cut + tail.toString();
  }

  #trim(): void {
    const all = Buffer.concat(this.#tail);
    const kept = Buffer.from(all.subarray(Math.max(0, all.length - this.#half)));
    this.#dropped += all.length - kept.length;
    this.#tail = [kept];
    this.#tailBytes = kept.length;
  }
}
