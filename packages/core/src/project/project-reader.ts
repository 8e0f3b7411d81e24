import { OverseerError } from '../errors/overseer-error.ts';
import { readEvents } from '../journal/read-events.ts';
import type { OpenKernel } from '../run/open-kernel.ts';
import type { Settings } from '../run/settings.ts';
import type { OverseerEvent } from '../spec/event.ts';
import { ProjectFold } from './project-fold.ts';
import type { ProjectState } from './project-state.ts';

/** What a project is read beside: the stream that has it, and whoever writes it, if anybody does here. */
export interface ReaderGround {
  readonly journal: Pick<OpenKernel['journal'], 'stream'>;
  readonly kernel: Pick<OpenKernel['kernel'], 'settled'>;
}

/**
 * Reads what a project is: nothing until somebody asks, then the whole journal once, and from then on only what came
 * since. What is sensitive is told as `[sealed]`.
 */
export class ProjectReader {
  readonly #settings: Pick<Settings, 'shown'>;
  readonly #open: ReaderGround;
  readonly #fold: ProjectFold;
  #last: Promise<unknown> = Promise.resolve();

  constructor(settings: Pick<Settings, 'shown'>, open: ReaderGround) {
    this.#settings = settings;
    this.#open = open;
    this.#fold = new ProjectFold(idOf(open.journal.stream));
  }

  /** How the project stands, as far as all is durable. */
  state(): Promise<ProjectState> {
    // One after the other, so that no event is taken twice.
    const asked = this.#last.then(async () => {
      await this.#open.kernel.settled();
      await this.#take(this.#fold);
      return this.#fold.state();
    });
    this.#last = asked.catch(() => undefined);
    return asked;
  }

  /** How it stood once the event `seq` had happened. Reads all events up to it. Throws `OverseerError` `seq.unknown`. */
  async at(seq: number): Promise<ProjectState> {
    await this.requireSeq(seq);
    const fold = new ProjectFold(this.#fold.id);
    await this.#take(fold, seq);
    return fold.state();
  }

  /** Throws `OverseerError` `seq.unknown` where the journal has no such event. */
  async requireSeq(seq: number): Promise<void> {
    await this.#open.kernel.settled();
    const { stream } = this.#open.journal;
    const head = await this.#settings.shown.events.head(stream);
    if (Number.isInteger(seq) && seq >= 0 && seq <= head) return;
    throw new OverseerError(
      'seq.unknown',
      `There is no event ${seq} in ${stream}: give a whole number from 0 to ${head}.`,
    );
  }

  async #take(fold: ProjectFold, last = Number.POSITIVE_INFINITY): Promise<void> {
    const { stream } = this.#open.journal;
    await takeUntil(this.#settings.shown, stream, fold.seq, last, (event) => fold.take(event));
  }
}

/** Gives the events after `after` up to the event `last`, and reads no further. */
async function takeUntil(
  store: Settings['shown'],
  stream: string,
  after: number,
  last: number,
  take: (event: OverseerEvent) => void,
): Promise<void> {
  if (last <= after) return;
  for await (const page of readEvents(store, stream, undefined, after)) {
    for (const event of page) {
      if (event.seq > last) return;
      take(event);
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function idOf(stream: string): string {
  return stream.replace(/^project\//, '');
}
