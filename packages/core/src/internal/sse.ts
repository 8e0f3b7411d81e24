import { ModelError } from '../errors/model-error.ts';

/** What a reader of server-sent events needs. */
export interface SseReaderOptions {
  /** Called once per event, in order, with its `data` lines joined by newlines; `event` is `''` where it is unnamed. */
  readonly onEvent: (data: string, event: string) => void;
  /** Most characters of one line, and of one event's data; more is a `ModelError` `protocol`. The default is 16 Mi. */
  readonly maxLength?: number;
}

/** Reads server-sent events from bytes, however these are cut. */
export interface SseReader {
  /** Takes the next bytes; calls `onEvent` for each event that they complete. */
  push(bytes: Uint8Array): void;
  /** The bytes are over: dispatches a last event that no empty line closed. */
  end(): void;
}

/**
 * An incremental reader of `text/event-stream` (WHATWG HTML, 9.2): UTF-8 over any cut, LF, CR LF or CR, comments,
 * several `data` lines. Unlike a browser it also gives a last event without its empty line.
 */
export function createSseReader({
  onEvent,
  maxLength = 16 * 1024 * 1024,
}: SseReaderOptions): SseReader {
  return new LineReader(onEvent, maxLength);
}

/** A class and not closures over variables: one is made for every answer. */
class LineReader implements SseReader {
  readonly #fields: FieldReader;
  readonly #maxLength: number;
  readonly #decoder = new TextDecoder();
  #rest = '';
  #isAfterCr = false;

  constructor(onEvent: SseReaderOptions['onEvent'], maxLength: number) {
    this.#fields = new FieldReader(onEvent, maxLength);
    this.#maxLength = maxLength;
  }

  push(bytes: Uint8Array): void {
    this.#take(this.#decoder.decode(bytes, STREAM));
  }

  end(): void {
    this.#take(this.#decoder.decode());
    if (this.#rest !== '') this.#fields.line(this.#rest, 0, this.#rest.length);
    this.#rest = '';
    this.#fields.close();
  }

  #take(decoded: string): void {
    let text = decoded;
    if (this.#isAfterCr && text !== '') {
      if (text.startsWith('\n')) text = text.slice(1);
      this.#isAfterCr = false;
    }
    if (text.includes('\r')) {
      // A CR at the end closes its line now; an LF that follows it in the next read is the same line end.
      this.#isAfterCr = text.endsWith('\r');
      text = text.replace(/\r\n?/g, '\n');
    }
    if (this.#rest === '') this.#lines(text);
    else if (text.includes('\n')) this.#lines(this.#rest + text);
    else this.#goOn(text);
  }

  #lines(text: string): void {
    let start = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
      this.#fields.line(text, start, end);
      start = end + 1;
    }
    this.#rest = start === 0 ? text : text.slice(start);
    if (this.#rest.length > this.#maxLength) throw tooLong(this.#maxLength);
  }

  /** What came before is not looked through again: a long line in many pieces would take quadratic time. */
  #goOn(text: string): void {
    this.#rest += text;
    if (this.#rest.length > this.#maxLength) throw tooLong(this.#maxLength);
  }
}

const STREAM = { stream: true };

class FieldReader {
  readonly #onEvent: SseReaderOptions['onEvent'];
  readonly #maxLength: number;
  #data: string | undefined;
  #event = '';

  constructor(onEvent: SseReaderOptions['onEvent'], maxLength: number) {
    this.#onEvent = onEvent;
    this.#maxLength = maxLength;
  }

  /** Takes the line `text[start, end)`. */
  line(text: string, start: number, end: number): void {
    if (start === end) {
      this.close();
    } else if (text.startsWith('data', start)) {
      const value = fieldValue(text, start + 4, end);
      if (value !== undefined) this.#add(value);
    } else if (text.startsWith('event', start)) {
      this.#event = fieldValue(text, start + 5, end) ?? this.#event;
    }
  }

  close(): void {
    const data = this.#data;
    const event = this.#event;
    this.#data = undefined;
    this.#event = '';
    if (data !== undefined) this.#onEvent(data, event);
  }

  #add(value: string): void {
    const data = this.#data === undefined ? value : `${this.#data}\n${value}`;
    this.#data = data;
    if (data.length > this.#maxLength) throw tooLong(this.#maxLength);
  }
}

/** The value after a field's name that ends at `at`; `undefined` where the name goes on (`dataset:`). */
function fieldValue(text: string, at: number, end: number): string | undefined {
  if (at === end) return '';
  if (text.charCodeAt(at) !== 58) return undefined;
  return text.slice(text.charCodeAt(at + 1) === 32 && at + 1 < end ? at + 2 : at + 1, end);
}

function tooLong(maxLength: number): ModelError {
  return new ModelError(
    'protocol',
    `the event stream holds a line of more than ${maxLength} characters; check that the address is a model server's`,
  );
}
