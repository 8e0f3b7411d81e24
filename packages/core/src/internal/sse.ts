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
export function createSseReader(options: SseReaderOptions): SseReader {
  const maxLength = options.maxLength ?? 16 * 1024 * 1024;
  const fields = createFieldReader(options.onEvent, maxLength);
  const decoder = new TextDecoder();
  let rest = '';
  let afterCr = false;

  const lines = (text: string): void => {
    let start = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
      fields.line(text, start, end);
      start = end + 1;
    }
    rest = start === 0 ? text : text.slice(start);
    if (rest.length > maxLength) throw tooLong(maxLength);
  };
  const take = (decoded: string): void => {
    let text = decoded;
    if (afterCr && text !== '') {
      if (text.startsWith('\n')) text = text.slice(1);
      afterCr = false;
    }
    if (text.includes('\r')) {
      // A CR at the end closes its line now; an LF that follows it in the next read is the same line end.
      afterCr = text.endsWith('\r');
      text = text.replace(/\r\n?/g, '\n');
    }
    add(text);
  };
  const add = (text: string): void => {
    if (rest === '') lines(text);
    else if (text.includes('\n')) lines(rest + text);
    else goOn(text);
  };
  /** What came before is not looked through again: a long line in many pieces would take quadratic time. */
  const goOn = (text: string): void => {
    rest += text;
    if (rest.length > maxLength) throw tooLong(maxLength);
  };

  return {
    push: (bytes) => take(decoder.decode(bytes, { stream: true })),
    end: () => {
      take(decoder.decode());
      if (rest !== '') fields.line(rest, 0, rest.length);
      rest = '';
      fields.close();
    },
  };
}

interface FieldReader {
  /** Takes the line `text[start, end)`. */
  line(text: string, start: number, end: number): void;
  close(): void;
}

function createFieldReader(onEvent: SseReaderOptions['onEvent'], maxLength: number): FieldReader {
  let data: string | undefined;
  let event = '';
  const close = (): void => {
    const complete = data;
    const name = event;
    data = undefined;
    event = '';
    if (complete !== undefined) onEvent(complete, name);
  };
  const add = (value: string): void => {
    data = data === undefined ? value : `${data}\n${value}`;
    if (data.length > maxLength) throw tooLong(maxLength);
  };
  const line = (text: string, start: number, end: number): void => {
    if (start === end) {
      close();
    } else if (text.startsWith('data', start)) {
      const value = fieldValue(text, start + 4, end);
      if (value !== undefined) add(value);
    } else if (text.startsWith('event', start)) {
      event = fieldValue(text, start + 5, end) ?? event;
    }
  };
  return { line, close };
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
