import { malformed } from './malformed-answer.ts';

/** Most bytes of a line that tells the size of a chunk, and of all trailer fields. */
const MAX_SIZE_LINE = 1024;
const MAX_TRAILERS = 64 * 1024;
/** More hexadecimal digits than a safe integer has room for. */
const MAX_DIGITS = 13;

const CR = 13;
const LF = 10;

type Place =
  | 'size'
  | 'after-size'
  | 'extension'
  | 'size-end'
  | 'content'
  | 'content-cr'
  | 'content-end'
  | 'trailer-start'
  | 'trailer'
  | 'trailer-end'
  | 'last-end'
  | 'done';

/**
 * Reads the chunked coding (RFC 9112, 7.1) from bytes, however these are cut. Extensions are ignored and trailer fields
 * skipped; throws `ModelError` (`protocol`) where a size, a line end or a limit is wrong.
 */
export class ChunkedBody {
  #place: Place = 'size';
  #left = 0;
  #digits = 0;
  #lineBytes = 0;
  #contentStart = 0;
  #contentEnd = 0;

  /** Whether the body was read to its end. */
  get done(): boolean {
    return this.#place === 'done';
  }

  /** Where the content begins that the last `read()` found. */
  get contentStart(): number {
    return this.#contentStart;
  }

  get contentEnd(): number {
    return this.#contentEnd;
  }

  /**
   * Reads on from `from` and returns where it stopped: behind the body, or behind `bytes`. What several chunks hold is
   * moved together inside `bytes`, since one long piece is cheaper to decode than many short ones.
   */
  read(bytes: Uint8Array, from: number): number {
    let at = from;
    let end = from;
    this.#contentStart = from;
    while (at < bytes.length && this.#place !== 'done') {
      if (this.#place !== 'content') {
        this.#step(bytes[at++] as number);
        continue;
      }
      const stop = Math.min(at + this.#left, bytes.length);
      if (end === this.#contentStart) this.#contentStart = end = at;
      else bytes.copyWithin(end, at, stop);
      end += stop - at;
      this.#left -= stop - at;
      at = stop;
      if (this.#left === 0) this.#place = 'content-cr';
    }
    this.#contentEnd = end;
    return at;
  }

  #step(code: number): void {
    switch (this.#place) {
      case 'size':
      case 'after-size':
      case 'extension':
        this.#sizeLine(code);
        return;
      case 'size-end':
        this.#expect(code, LF, this.#left === 0 ? 'trailer-start' : 'content');
        this.#digits = 0;
        this.#lineBytes = 0;
        return;
      case 'content-cr':
        this.#expect(code, CR, 'content-end');
        return;
      case 'content-end':
        this.#expect(code, LF, 'size');
        return;
      case 'trailer-end':
        this.#expect(code, LF, 'trailer-start');
        return;
      case 'last-end':
        this.#expect(code, LF, 'done');
        return;
      default:
        this.#trailer(code);
    }
  }

  #sizeLine(code: number): void {
    if (++this.#lineBytes > MAX_SIZE_LINE) throw malformed('the line of a chunk size is too long');
    if (this.#place === 'size' && this.#isDigit(code)) return;
    if (code === CR && this.#place !== 'after-size') this.#place = 'size-end';
    else if (this.#place !== 'extension') this.#place = afterSize(code);
    else if (isControl(code)) throw malformed('a chunk extension holds a control character');
  }

  #isDigit(code: number): boolean {
    const digit = hexDigit(code);
    if (digit === -1) {
      if (this.#digits === 0) throw malformed('a chunk has no size');
      return false;
    }
    if (++this.#digits > MAX_DIGITS) throw malformed('a chunk is too large');
    this.#left = this.#left * 16 + digit;
    return true;
  }

  #trailer(code: number): void {
    if (++this.#lineBytes > MAX_TRAILERS) throw malformed('its trailer is too long');
    if (code === CR) this.#place = this.#place === 'trailer-start' ? 'last-end' : 'trailer-end';
    else if (isControl(code)) throw malformed('its trailer holds a control character');
    else this.#place = 'trailer';
  }

  #expect(code: number, wanted: number, next: Place): void {
    if (code !== wanted) throw malformed('a chunk does not end where its size says');
    this.#place = next;
  }
}

/** Blanks may only stand between the size and an extension; `1 0` must not be read as either number. */
function afterSize(code: number): Place {
  if (code === 59) return 'extension';
  if (code === 32 || code === 9) return 'after-size';
  throw malformed('a chunk size is no hexadecimal number');
}

function isControl(code: number): boolean {
  return (code < 32 && code !== 9) || code === 127;
}

/** -1 for what is none. */
function hexDigit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  const lower = code | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}
