import { ModelError } from '@overseer/core/plugin';
import type { HttpCall } from './http-call.ts';

/** A request as it goes out. */
export interface RequestText {
  readonly text: string;
  /** `latin1` where all is ASCII, which a socket writes without counting again. */
  readonly encoding: 'latin1' | 'utf8';
}

/** Fields that the transport alone sets: a second one could part the request elsewhere than meant. */
const OWN: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/**
 * Makes the writer of the HTTP/1.1 requests to one host, `headers` in each; a call's own go before them. The writer throws
 * `ModelError` (`invalid`) for a path or header that cannot be sent as it is, and never tells a header's value.
 */
export function requestWriter(
  host: string,
  headers: Readonly<Record<string, string>>,
): (call: HttpCall) => RequestText {
  const always = new Map<string, string>();
  let fixed: string | undefined;
  /** The path of the latest call, which is mostly that of the next. */
  let sound: string | undefined;
  return (call) => {
    fixed ??= headText(addFields(always, headers));
    const fields =
      call.headers === undefined ? fixed : headText(addFields(new Map(always), call.headers));
    if (call.path !== sound) {
      if (!/^\/[\x21-\x7e]*$/.test(call.path)) {
        throw unsendable(`the path ${JSON.stringify(call.path)} is no path of a URL`);
      }
      sound = call.path;
    }
    const head = `${call.method} ${call.path} HTTP/1.1\r\nhost: ${host}\r\n${fields}`;
    if (call.body === undefined) return { text: `${head}\r\n`, encoding: 'latin1' };
    const length = Buffer.byteLength(call.body);
    return {
      text: `${head}content-length: ${length}\r\n\r\n${call.body}`,
      encoding: length === call.body.length ? 'latin1' : 'utf8',
    };
  };
}

function addFields(
  fields: Map<string, string>,
  headers: Readonly<Record<string, string>>,
): ReadonlyMap<string, string> {
  for (const [written, value] of Object.entries(headers)) {
    const name = written.toLowerCase();
    if (!/^[!#$%&'*+\-.^_`|~\da-z]+$/.test(name)) {
      throw unsendable(`${JSON.stringify(written)} is no name of a header`);
    }
    if (OWN.has(name)) throw unsendable(`the header ${name} is the connection's own`);
    if (!/^[\t\x20-\x7e]*$/.test(value)) {
      throw unsendable(`the header ${name} holds a line end or another character beyond ASCII`);
    }
    fields.set(name, value);
  }
  return fields;
}

function headText(fields: ReadonlyMap<string, string>): string {
  return [...fields].map(([name, value]) => `${name}: ${value}\r\n`).join('');
}

function unsendable(why: string): ModelError {
  return new ModelError(
    'invalid',
    `the request cannot be sent: ${why}; mend it in the model's options`,
  );
}
