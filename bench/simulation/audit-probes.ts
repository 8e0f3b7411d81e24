import type { ModelErrorKind, OverseerEvent } from '@overseer/core/spec';
import type { Scenario } from './scenario.ts';

/** Failures that are always the model's own, whatever it shares with others: two in a row are an outage. */
const OWN: ReadonlySet<ModelErrorKind> = new Set<ModelErrorKind>([
  'server',
  'timeout',
  'interrupted',
  'protocol',
]);

/** One of these is enough. */
const AT_ONCE: ReadonlySet<ModelErrorKind> = new Set<ModelErrorKind>(['not-found', 'quota']);

/** And one of these, where it is not by them that is learned how many calls at once are too many. */
const BUSY: ReadonlySet<ModelErrorKind> = new Set<ModelErrorKind>([
  'rate-limit',
  'overloaded',
  'loading',
]);

interface Row {
  failures: number;
  /** Calls that began since it is out of order, and that are open. */
  readonly probes: Set<string>;
}

/** Counts, model by model, how many calls try a model again that is out of order, until one succeeds. */
export class ProbeAudit {
  readonly #scenario: Scenario;
  readonly #rows = new Map<string, Row>();

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
  }

  /** What an event breaks: that a second call tries a model again while one does. */
  take(event: OverseerEvent): string | undefined {
    // Whoever takes over tries everything anew.
    if (event.type === 'lease.taken') this.#rows.clear();
    const { call = '', model = '' } = event;
    const row = this.#rows.get(model) ?? { failures: 0, probes: new Set<string>() };
    switch (event.type) {
      case 'call.started':
        if (row.failures < 2) return undefined;
        row.probes.add(call);
        return row.probes.size > 1 ? `tries ${model} again while another call does` : undefined;
      case 'call.finished':
        this.#rows.delete(model);
        return undefined;
      case 'call.failed':
        row.probes.delete(call);
        row.failures += this.#weight(model, event.data.kind);
        this.#rows.set(model, row);
        return undefined;
      default:
        return undefined;
    }
  }

  #weight(name: string, kind: ModelErrorKind): number {
    const learns = this.#scenario.models.find((model) => model.name === name)?.learns ?? false;
    if (AT_ONCE.has(kind) || (BUSY.has(kind) && !learns)) return 2;
    return OWN.has(kind) ? 1 : 0;
  }
}
