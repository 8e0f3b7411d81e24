import { ChunkedBody } from './chunked-body.ts';
import { type HttpHead, parseHttpHead } from './http-head.ts';
import { malformed } from './malformed-answer.ts';

/** Most bytes of a head, with all interim heads (1xx) before it. */
const MAX_HEAD = 64 * 1024;
const HEAD_START = 'HTTP/1.';
const HEAD_END: readonly number[] = [13, 10, 13, 10];

/** Who is told of an answer: one head, then any number of pieces of its body. */
export interface AnswerListener {
  onHead(head: HttpHead): void;
  /** The bytes hold only until it returns. */
  onBody(bytes: Uint8Array): void;
}

/** Reads one HTTP/1.1 answer from bytes, however these are cut. Does no I/O and holds at most 64 KiB. */
export class HttpParser {
  readonly #listener: AnswerListener;
  #place: 'head' | 'length' | 'chunked' | 'until-close' | 'done' = 'head';
  #text = '';
  #matched = 0;
  #headBytes = 0;
  #left = 0;
  #overrun = false;
  #chunks: ChunkedBody | undefined;

  constructor(listener: AnswerListener) {
    this.#listener = listener;
  }

  /** Whether bytes came behind the answer. */
  get overrun(): boolean {
    return this.#overrun;
  }

  /**
   * Takes the next bytes, which it may rearrange, and returns whether the answer is whole. Throws `ModelError`
   * (`protocol`) for what is no answer, after which the parser is of no more use.
   */
  push(bytes: Buffer): boolean {
    let at = 0;
    while (this.#place === 'head' && at < bytes.length) at = this.#head(bytes, at);
    if (this.#place === 'length') at = this.#length(bytes, at);
    else if (this.#place === 'chunked') at = this.#chunked(bytes, at);
    else if (this.#place === 'until-close') at = this.#body(bytes, at, bytes.length);
    if (at < bytes.length) this.#overrun = true;
    return this.#place === 'done';
  }

  /** Says that the connection was closed, and returns whether the answer is whole. */
  close(): boolean {
    return this.#place === 'until-close' || this.#place === 'done';
  }

  /** Reads on in the head, and returns where it stopped. */
  #head(bytes: Buffer, from: number): number {
    const end = this.#findHeadEnd(bytes, from);
    this.#headBytes += end - from;
    if (this.#headBytes > MAX_HEAD) throw malformed('its head is too long');
    const known = this.#text.length;
    this.#text += bytes.toString('latin1', from, end);
    if (known < HEAD_START.length) this.#checkStart();
    if (this.#matched < HEAD_END.length) return end;
    const head = parseHttpHead(this.#text);
    this.#text = '';
    this.#matched = 0;
    if (head.status >= 200) this.#open(head);
    return end;
  }

  /** What is no HTTP at all may never send the end of a head. */
  #checkStart(): void {
    const start = this.#text.slice(0, HEAD_START.length);
    if (!HEAD_START.startsWith(start)) throw malformed('it is no HTTP/1');
  }

  #findHeadEnd(bytes: Uint8Array, from: number): number {
    let matched = this.#matched;
    let at = from;
    while (at < bytes.length && matched < HEAD_END.length) {
      const code = bytes[at++];
      matched = code === HEAD_END[matched] ? matched + 1 : code === 13 ? 1 : 0;
    }
    this.#matched = matched;
    return at;
  }

  #open(head: HttpHead): void {
    const { framing } = head;
    this.#place = framing.kind === 'none' ? 'done' : framing.kind;
    if (framing.kind === 'length') this.#left = framing.bytes;
    if (framing.kind === 'chunked') this.#chunks = new ChunkedBody();
    this.#listener.onHead(head);
  }

  #length(bytes: Uint8Array, from: number): number {
    const end = Math.min(from + this.#left, bytes.length);
    this.#left -= end - from;
    if (this.#left === 0) this.#place = 'done';
    return this.#body(bytes, from, end);
  }

  #chunked(bytes: Uint8Array, from: number): number {
    const chunks = this.#chunks;
    if (chunks === undefined) return from;
    const end = chunks.read(bytes, from);
    if (chunks.done) this.#place = 'done';
    this.#body(bytes, chunks.contentStart, chunks.contentEnd);
    return end;
  }

  #body(bytes: Uint8Array, start: number, end: number): number {
    if (start < end) this.#listener.onBody(bytes.subarray(start, end));
    return end;
  }
}
