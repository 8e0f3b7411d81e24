import { ClockWatch } from './clock-watch.ts';
import { GaugeSampler } from './gauge-sampler.ts';
import { HealthWatch } from './health-watch.ts';
import { PracticePass } from './practice-pass.ts';
import { QueueWatch, type QueueWatchHost } from './queue-watch.ts';
import { StatusWatch } from './status-watch.ts';
import { StuckWatch, type StuckWatchHost } from './stuck-watch.ts';

/** What watches need of a loop. */
export interface WatchesHost extends QueueWatchHost, StuckWatchHost {
  /** Something may begin now that could not before. */
  freed(): void;
}

/** What a loop looks at by itself: its clock, the gauges of limits, models and their servers, work that is stuck, and what was learned. */
export class Watches {
  /** Who hears how models stand. */
  readonly status: StatusWatch;
  /** Sees attempts that do not get on; `undefined` where nothing is healed. */
  readonly stuck: StuckWatch | undefined;
  readonly #journal: WatchesHost['journal'];
  readonly #clock: ClockWatch;
  readonly #sampler: GaugeSampler;
  readonly #queue: QueueWatch | undefined;
  readonly #health: HealthWatch;
  readonly #practices: PracticePass;

  constructor(host: WatchesHost) {
    const { settings, projection, journal } = host;
    const { healing } = settings;
    this.#journal = journal;
    this.#clock = new ClockWatch(settings.clock);
    this.#sampler = new GaugeSampler(
      settings,
      projection,
      () => host.freed(),
      (data) => this.#tell([{ type: 'gauge.changed', data }]),
    );
    this.stuck = healing && new StuckWatch(healing, host);
    this.#queue = healing && new QueueWatch(healing, host);
    this.status = new StatusWatch(settings, projection, (drafts) => this.#tell(drafts));
    this.#health = new HealthWatch(settings, projection);
    this.#practices = new PracticePass(host);
  }

  /** All that has to be closed. */
  get all(): readonly { close(): void }[] {
    const { stuck, status } = this;
    const those = [this.#sampler, status, this.#health, this.#practices, stuck, this.#queue];
    return those.filter((watch) => watch !== undefined);
  }

  /** A run has begun. */
  begun(): void {
    this.#sampler.wake();
    this.#queue?.begin();
    this.#practices.begin();
  }

  /** Nothing is worked on any more, or no run is under way. */
  rest(isIdle: boolean, isDone: boolean): void {
    if (isIdle) this.stuck?.rest();
    if (isDone) this.#queue?.rest();
  }

  /** Writes down that the clock was set forward, where it was, so that no window is over too early. */
  lookAtClock(): void {
    const byMs = this.#clock.look();
    if (byMs > 0) this.#tell([{ type: 'clock.jumped', data: { byMs } }]);
  }

  /** A failed write ends the journal, which tells everybody. */
  #tell(drafts: Parameters<WatchesHost['journal']['append']>[0]): void {
    if (this.#journal.closed === undefined) void this.#journal.append(drafts);
  }
}
