import type { EventDraft } from '../journal/draft.ts';
import type { LeftAlone } from '../limit/left-alone.ts';
import type { ModelBreakers } from '../limit/model-breakers.ts';
import type { EventData, OverseerEvent } from '../spec/event.ts';
import type { ModelStatus } from './model-status.ts';

type Written = EventData['model.changed']['connection'];

/**
 * What of the status of models is written down: that one is connected or is not, and that it is left alone or no more. What is passing,
 * or comes with every call, is not.
 */
export class ChangedModels {
  readonly #breakers: ModelBreakers;
  readonly #connections = new Map<string, Written>();

  constructor(breakers: ModelBreakers) {
    this.#breakers = breakers;
  }

  /** It was written how a model stands. */
  take({ model = '', data }: OverseerEvent<'model.changed'>): void {
    this.#connections.set(model, data.connection);
  }

  /** A model left the team. */
  forget(model: string): void {
    this.#connections.delete(model);
  }

  /**
   * What is to be written of a model that stands so, if anything. What failed is told to those who read `run`, in whose call that was
   * found.
   */
  draftOf(model: string, status: ModelStatus, run: string | undefined): EventDraft | undefined {
    const alone = this.#breakers.alone(model);
    const known = this.#connections.get(model);
    const connection = settled(status, known);
    const isTurned = (alone !== undefined) !== this.#breakers.isTold(model);
    if (!isTurned && connection === known) return undefined;
    const data: EventData['model.changed'] = {
      connection: connection ?? 'disconnected',
      work: alone === undefined ? status.work.state : 'error',
      because: isTurned ? (alone?.why ?? this.#wellBecause(model)) : status.connection.reason,
      ...(alone === undefined ? reasonOf(status, connection) : failureOf(alone)),
    };
    return {
      type: 'model.changed',
      model,
      data,
      ...(isTurned && run !== undefined ? { run } : {}),
    };
  }

  #wellBecause(model: string): string {
    const answers = this.#breakers.succeededAt(model) !== undefined;
    return answers ? 'it answers again' : 'it may be mended, and is tried anew';
  }
}

/** Where it is being asked, what was known before; nothing where nothing was asked. */
function settled(
  { connection: { state, code } }: ModelStatus,
  known: Written | undefined,
): Written | undefined {
  if (state === 'connecting' || (code === 'not-asked' && known === undefined)) return known;
  return state;
}

type Reason = Pick<EventData['model.changed'], 'code' | 'untilAt' | 'scope'>;

function failureOf({ code, untilAt, scope }: LeftAlone): Reason {
  return { code, scope, ...(untilAt === undefined ? {} : { untilAt }) };
}

function reasonOf({ connection: { code } }: ModelStatus, written: Written | undefined): Reason {
  return code === undefined || written === 'connected' ? {} : { code };
}
