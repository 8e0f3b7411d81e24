import { hash } from 'node:crypto';
import type { ModelRequest } from '../spec/model.ts';

/**
 * Keys of requests, the same for equal ones. What was read once is not read again as long as it is the same object, so that looking
 * twice for a conversation with large files costs next to nothing. Whoever changes a request in place gets the key from before.
 */
export class RequestKeys {
  readonly #known = new WeakMap<object, string>();

  /** The key of what in a request has tokens. */
  of({ messages, tools, output }: Pick<ModelRequest, 'messages' | 'tools' | 'output'>): string {
    const said = this.#once(messages, () =>
      messages.map(({ role, meta, parts }) => [role, meta, this.#once(parts, () => parts)]),
    );
    const offered = tools === undefined ? EMPTY : this.#once(tools, () => tools);
    const schema = output?.schema;
    return `${said} ${offered} ${schema === undefined ? '' : this.#once(schema, () => schema)}`;
  }

  #once(part: object, formOf: () => unknown): string {
    const known = this.#known.get(part);
    if (known !== undefined) return known;
    const key = keyOf(formOf());
    this.#known.set(part, key);
    return key;
  }
}

const EMPTY = keyOf([]);

function keyOf(form: unknown): string {
  return hash('sha256', JSON.stringify(form), 'base64url');
}
