/** Nobody asked for anything for so long, in ms: it is a good time to tidy up. */
const IDLE_MS = 500;
/** Between two turns, in ms, so that most of the time stays free. */
const BETWEEN_MS = 10;
/** Until it is looked again, where there was nothing to do, in ms. */
const AGAIN_MS = 30_000;

/** Does work in turns while nobody asks for anything. Keeps no thread alive. */
export class IdleWork {
  readonly #step: () => 'more' | 'rest';
  #timer: NodeJS.Timeout | undefined;

  constructor(step: () => 'more' | 'rest') {
    this.#step = step;
  }

  /** Somebody asks for something. */
  rest(): void {
    clearTimeout(this.#timer);
  }

  /** It was answered: goes on once nobody asks for a while. */
  await(): void {
    this.#after(IDLE_MS);
  }

  #after(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#after(this.#step() === 'more' ? BETWEEN_MS : AGAIN_MS);
    }, ms);
    this.#timer.unref();
  }
}
