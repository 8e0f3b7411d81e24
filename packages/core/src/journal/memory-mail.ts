import type { Mail, MailStore } from '../spec/store.ts';

/** Messages of a memory store, by stream, in the order in which they came. */
export class MemoryMail implements MailStore {
  readonly #streams = new Map<string, Map<string, Mail>>();

  async put(stream: string, mail: Mail): Promise<void> {
    const box = this.#streams.get(stream) ?? new Map<string, Mail>();
    this.#streams.set(stream, box);
    if (!box.has(mail.id)) box.set(mail.id, structuredClone(mail));
  }

  async read(stream: string, limit: number): Promise<readonly Mail[]> {
    return [...(this.#streams.get(stream)?.values() ?? [])].slice(0, limit);
  }

  async remove(stream: string, ids: readonly string[]): Promise<void> {
    for (const id of ids) this.#streams.get(stream)?.delete(id);
  }
}
