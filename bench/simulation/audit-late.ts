import type { OverseerEvent } from '@overseer/core/spec';
import type { World } from './world.ts';

/** Reads the replies that come for a process which had the project before: each once, and of a call that was made. */
export class LateAudit {
  readonly #world: World;
  readonly #heard = new Set<string>();

  constructor(world: World) {
    this.#world = world;
  }

  /** What an event breaks. */
  take({ call = '', data, epoch }: OverseerEvent<'reply.late'>): readonly string[] {
    this.#world.count(data.isUsed ? 'late replies used' : 'late replies kept');
    const isAgain = this.#heard.has(call);
    this.#heard.add(call);
    const start = this.#world.written.find(
      (event) => event.type === 'call.started' && event.call === call,
    );
    return [
      ...(isAgain ? ['is told twice'] : []),
      ...(start === undefined ? ['is of a call that was never made'] : []),
      ...(start !== undefined && start.epoch > epoch ? ['is older than its call'] : []),
    ];
  }
}
