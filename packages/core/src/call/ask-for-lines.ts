import { ModelError } from '../errors/model-error.ts';
import { modelRefusal } from '../internal/model-refusal.ts';
import { toModelError } from '../internal/to-model-error.ts';
import type { CallContext } from '../spec/model.ts';

/** One request whose answer is lines of JSON. */
export interface LineCall {
  /** The model, for people: `parrot/polly`. */
  readonly where: string;
  /** Sent as JSON. */
  readonly body: object;
  readonly headers?: Readonly<Record<string, string>>;
  readonly ctx: CallContext;
  /** Most characters of one line; the default is 2²⁰. */
  readonly mostCharacters?: number;
}

/** What of a refusal is read. */
const MOST_REFUSED = 65_536;

/**
 * Asks a server once by `POST`, and gives the lines of its answer as they come, each parsed; empty ones are left out. For the
 * `stream` of a model of your own: `ctx.fetch`, `ctx.headers` and `ctx.signal` are heeded, no redirect is followed, lines and
 * refusals are bounded. Throws `ModelError` and nothing else. What the lines hold is the server's word: `T` is not checked.
 */
export async function* askForLines<T>(url: string, call: LineCall): AsyncGenerator<T, void, void> {
  const { where, ctx, mostCharacters = 2 ** 20 } = call;
  try {
    ctx.signal.throwIfAborted();
    const response = await send(url, call);
    if (!response.ok) {
      const body = await beginningOf(response);
      const { status, headers } = response;
      throw modelRefusal({ where, status, headers, body });
    }
    let rest = '';
    for await (const piece of textOf(response)) {
      const lines = (rest + piece).split('\n');
      rest = lines.pop() ?? '';
      // A server is not trusted: without a bound one line could fill the memory.
      if (rest.length > mostCharacters)
        throw new ModelError('protocol', `${where}: a line of over ${mostCharacters} characters`);
      for (const line of lines) if (line.trim() !== '') yield parsed(line, where) as T;
    }
    if (rest.trim() !== '') yield parsed(rest, where) as T;
  } catch (error) {
    throw toModelError(error, ctx.signal, where);
  }
}

function send(url: string, { body, headers, ctx }: LineCall): Promise<Response> {
  return (ctx.fetch ?? fetch)(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers, ...ctx.headers },
    body: JSON.stringify(body),
    signal: ctx.signal,
    // It would take the prompt, and a key in a header, to another host.
    redirect: 'manual',
  });
}

async function beginningOf(response: Response): Promise<string> {
  let text = '';
  for await (const piece of textOf(response)) {
    text += piece;
    if (text.length >= MOST_REFUSED) break;
  }
  return text.slice(0, MOST_REFUSED);
}

async function* textOf({ body }: Response): AsyncGenerator<string, void, void> {
  const decoder = new TextDecoder();
  for await (const bytes of body ?? []) yield decoder.decode(bytes, { stream: true });
}

function parsed(line: string, where: string): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw noJson(line, where, cause);
  }
}

function noJson(line: string, where: string, cause: unknown): ModelError {
  const start = JSON.stringify(line.slice(0, 80));
  return new ModelError('protocol', `${where}: a line that is no JSON: ${start}`, { cause });
}
