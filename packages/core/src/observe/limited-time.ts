import type { EventData } from '../spec/event.ts';

/** What keeps tasks waiting, in words that stay the same while figures change. */
export interface WaitReason {
  /** The model that would be first; `undefined` where a tool keeps them waiting, or nobody told. */
  readonly model: string | undefined;
  /** `5 calls` of a limit; what is wrong with a model that is left alone. */
  readonly what: string;
  /** `limit`: a window or bound that resets; `outage`: anything else that is waited out. */
  readonly kind: 'limit' | 'outage';
}

/** How long the tasks of one group could not start because of a limit, whichever of them told of it. */
export class LimitedTime {
  #totalMs = 0;
  #from: number | undefined;
  #untilAt = 0;
  #reason: WaitReason | undefined;

  /** What it was last that they waited for. */
  get reason(): WaitReason | undefined {
    return this.#reason;
  }

  /** From `at` on nothing of the group starts before `untilAt`. */
  begin(at: number, untilAt: number, reason: WaitReason): void {
    this.end(at);
    this.#from = at;
    this.#untilAt = untilAt;
    this.#reason = reason;
  }

  /** Something of the group started. */
  end(at: number): void {
    this.#totalMs = this.at(at);
    this.#from = undefined;
  }

  /** Whether they wait for it now. */
  isOn(at: number): boolean {
    return this.#from !== undefined && at < this.#untilAt;
  }

  /** How long it was in all until `at`, in ms: the difference of two is what a task saw of it. */
  at(at: number): number {
    if (this.#from === undefined) return this.#totalMs;
    return this.#totalMs + Math.max(0, Math.min(at, this.#untilAt) - this.#from);
  }
}

/** What a wait is for: of an older journal, the words tell. */
export function reasonOf({ because, on }: EventData['task.waiting']): WaitReason {
  return on === undefined ? readReason(because) : { model: on.model, what: on.what, kind: on.kind };
}

/** Takes the words of a wait apart, `coder: 5/5 calls, resets in 8 s; local: …`: what comes first is what would be best. */
function readReason(because: string): WaitReason {
  const [first = ''] = because.split('; ');
  const colon = first.indexOf(': ');
  const model = colon < 0 ? undefined : first.slice(0, colon);
  const why = colon < 0 ? first : first.slice(colon + 2);
  const [, capacity] = /^[^\s/]+\/(.+?)(?: and .* to come)?, resets in /.exec(why) ?? [];
  if (capacity !== undefined) return { model, what: capacity, kind: 'limit' };
  const [what = why] = why.split(', ');
  return { model, what, kind: 'outage' };
}
