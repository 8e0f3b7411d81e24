import type { EventData, OverseerEvent } from '../spec/event.ts';
import type { Json } from '../spec/json.ts';
import type { ProjectDefinition } from '../spec/project.ts';

/** A rewind that was begun, as its event tells it. */
export type OpenRewind = EventData['rewind.started'];

/**
 * What has to be known of a project to open it, without reading its journal again: how it was defined, in which phase it
 * is, and whether a process ended while it was taken back. A fold that sees each event once.
 */
export class ProjectRecord {
  #definition: ProjectDefinition | undefined;
  #phase: string | undefined;
  #rewind: OpenRewind | undefined;

  constructor({ definition, phase, rewind }: Body = {}) {
    this.#definition = definition;
    this.#phase = phase;
    this.#rewind = rewind;
  }

  /** Reads what `body` gave; one that is none of ours is as good as nothing. */
  static from(body: Json | undefined): ProjectRecord {
    const isBody = typeof body === 'object' && body !== null && !Array.isArray(body);
    return new ProjectRecord(isBody ? (body as unknown as Body) : {});
  }

  /** The latest definition; `undefined` where nobody defined it. */
  get definition(): ProjectDefinition | undefined {
    return this.#definition;
  }

  /** The phase that the project is in. */
  get phase(): string | undefined {
    return this.#phase;
  }

  /** A rewind without an end. */
  get rewind(): OpenRewind | undefined {
    return this.#rewind;
  }

  /** Takes one event into account, in order. */
  take(event: OverseerEvent): void {
    switch (event.type) {
      case 'project.defined':
        this.#definition = event.data;
        return;
      case 'phase.entered':
        this.#phase = event.data.phase;
        return;
      case 'rewind.started':
        this.#rewind = event.data;
        return;
      case 'rewind.refused':
        this.#rewind = undefined;
        return;
      case 'project.rewound':
        this.#rewind = undefined;
        this.#phase = event.data.phase;
        return;
      default:
    }
  }

  /** What a snapshot holds of it. */
  body(): Json {
    const body: Body = {
      ...(this.#definition === undefined ? {} : { definition: this.#definition }),
      ...(this.#phase === undefined ? {} : { phase: this.#phase }),
      ...(this.#rewind === undefined ? {} : { rewind: this.#rewind }),
    };
    // All of it came out of the journal, which holds JSON alone.
    return body as unknown as Json;
  }
}

interface Body {
  readonly definition?: ProjectDefinition;
  readonly phase?: string;
  readonly rewind?: OpenRewind;
}
