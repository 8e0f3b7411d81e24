import type { EventSink } from '@overseer/core/plugin';
import type { Part } from '@overseer/core/spec';
import type { AiSdkPart } from './ai-sdk-model.ts';
import { markedMeta, type ProviderData, plainMeta } from './own-meta.ts';

type Piece = Extract<
  AiSdkPart,
  {
    readonly type:
      | 'text-start'
      | 'text-delta'
      | 'text-end'
      | 'reasoning-start'
      | 'reasoning-delta'
      | 'reasoning-end'
      | 'tool-input-start'
      | 'tool-input-delta';
  }
>;

/** Text or reasoning as it grows. */
interface Block {
  readonly kind: 'text' | 'reasoning';
  readonly index: number;
  text: string;
  meta: ProviderData | undefined;
}

/** Puts the blocks of a stream together, and gives every block and part its place. */
export class AiSdkBlocks {
  readonly #provider: string;
  readonly #sink: Pick<EventSink, 'event'>;
  readonly #open: Map<string, Block> = new Map();
  readonly #calls: Map<string, number> = new Map();
  #next = 0;

  constructor(provider: string, sink: Pick<EventSink, 'event'>) {
    this.#provider = provider;
    this.#sink = sink;
  }

  take(part: Piece): void {
    switch (part.type) {
      case 'text-start':
      case 'reasoning-start':
        this.#note(this.#blockOf(part), part);
        return;
      case 'text-delta':
      case 'reasoning-delta':
        this.#grow(part);
        return;
      case 'text-end':
      case 'reasoning-end':
        this.#close(part);
        return;
      case 'tool-input-start':
        this.indexOf(`call:${part.id}`);
        return;
      case 'tool-input-delta': {
        const index = this.indexOf(`call:${part.id}`);
        if (part.delta === '') return;
        this.#sink.event({ type: 'delta', index, kind: 'tool-input', text: part.delta });
        return;
      }
    }
  }

  /** The place of a tool call that may have begun already, or the next one where `key` is empty. */
  indexOf(key: string): number {
    const known = key === '' ? undefined : this.#calls.get(key);
    if (known !== undefined) return known;
    const index = this.#next++;
    if (key !== '') this.#calls.set(key, index);
    return index;
  }

  /** Gives what a stream left open: it was shown, and so it is part of the answer. */
  closeAll(): void {
    for (const key of [...this.#open.keys()]) this.#give(key);
  }

  #grow(part: Extract<Piece, { readonly type: 'text-delta' | 'reasoning-delta' }>): void {
    const block = this.#blockOf(part);
    this.#note(block, part);
    if (part.delta === '') return;
    block.text += part.delta;
    const { index, kind } = block;
    this.#sink.event({ type: 'delta', index, kind, text: part.delta });
  }

  #close(part: Extract<Piece, { readonly type: 'text-end' | 'reasoning-end' }>): void {
    this.#note(this.#blockOf(part), part);
    this.#give(keyOf(part));
  }

  #give(key: string): void {
    const block = this.#open.get(key);
    if (block === undefined) return;
    this.#open.delete(key);
    const { index, kind, text, meta } = block;
    if (text === '' && meta === undefined) return;
    const part: Part =
      kind === 'reasoning'
        ? { type: kind, text, meta: markedMeta(this.#provider, meta) }
        : { type: kind, text, ...(meta === undefined ? {} : { meta: plainMeta(meta) }) };
    this.#sink.event({ type: 'part', index, part });
  }

  /** Opened by its first piece, where a provider sends no start. */
  #blockOf(part: { readonly type: string; readonly id: string }): Block {
    const key = keyOf(part);
    let block = this.#open.get(key);
    if (block === undefined) {
      const kind = part.type.startsWith('text') ? 'text' : 'reasoning';
      block = { kind, index: this.#next++, text: '', meta: undefined };
      this.#open.set(key, block);
    }
    return block;
  }

  /** Later data of a block goes over earlier: signatures come at the end. */
  #note(block: Block, { providerMetadata }: { readonly providerMetadata?: object }): void {
    if (providerMetadata === undefined) return;
    const added = providerMetadata as ProviderData;
    const merged: ProviderData = { ...block.meta };
    for (const [name, data] of Object.entries(added)) merged[name] = { ...merged[name], ...data };
    block.meta = merged;
  }
}

function keyOf(part: { readonly type: string; readonly id: string }): string {
  return `${part.type.startsWith('text') ? 'text' : 'reasoning'}:${part.id}`;
}
