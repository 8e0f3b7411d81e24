import type { AsideMail, Mail } from '../spec/store.ts';

/** Messages that are kept of those that were set aside, of each stream. */
const MOST_ASIDE = 1_000;

/** Messages of a memory store, by stream, in the order in which they came. */
export class MemoryMail {
  readonly #streams = new Map<string, Map<string, Mail>>();
  readonly #aside = new Map<string, Map<string, AsideMail>>();

  async put(stream: string, mail: Mail): Promise<void> {
    const box = boxOf(this.#streams, stream);
    const isKnown = box.has(mail.id) || this.#aside.get(stream)?.has(mail.id) === true;
    if (!isKnown) box.set(mail.id, structuredClone(mail));
  }

  async read(stream: string, limit: number): Promise<readonly Mail[]> {
    return [...(this.#streams.get(stream)?.values() ?? [])].slice(0, limit);
  }

  async remove(stream: string, ids: readonly string[]): Promise<void> {
    for (const all of [this.#streams, this.#aside]) {
      for (const id of ids) all.get(stream)?.delete(id);
    }
  }

  /** Keeps one that nobody can act on; `at` is when that is, in epoch ms. */
  async setAside(stream: string, id: string, because: string, at: number): Promise<void> {
    const mail = this.#streams.get(stream)?.get(id);
    if (mail === undefined) return;
    this.#streams.get(stream)?.delete(id);
    const box = boxOf(this.#aside, stream);
    box.set(id, { ...mail, because, at });
    const [oldest] = box.keys();
    if (box.size > MOST_ASIDE && oldest !== undefined) box.delete(oldest);
  }

  async aside(stream: string, limit: number, after?: string): Promise<readonly AsideMail[]> {
    const all = [...(this.#aside.get(stream)?.values() ?? [])];
    const from = all.findIndex(({ id }) => id === after) + 1;
    return all.slice(from, from + limit);
  }
}

function boxOf<T>(streams: Map<string, Map<string, T>>, stream: string): Map<string, T> {
  const box = streams.get(stream) ?? new Map<string, T>();
  streams.set(stream, box);
  return box;
}
