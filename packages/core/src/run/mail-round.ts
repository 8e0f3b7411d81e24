import { OverseerError } from '../errors/overseer-error.ts';
import { StoreError } from '../errors/store-error.ts';
import type { Clock } from '../internal/clock.ts';
import type { Mail, MailStore } from '../spec/store.ts';

/** How often mail is looked for, in ms. */
const POLL_MS = 500;

/** Messages that are read at once. */
const PAGE = 100;

/** How often it is tried to act on a message. */
const TRIES = 5;

/** What a round of mail is made with. */
export interface MailRoundParts {
  readonly mail: MailStore;
  readonly stream: string;
  readonly clock: Clock;
  /** Acts on one message; what it writes down is durable when this resolves. Rejects only when the journal failed. */
  take(mail: Mail): Promise<void>;
  /** Looks at what waits for mail, once a round; `isAll` where the round before read all that there was. */
  look(isAll: boolean): void;
}

/** Reads the messages for whoever has a project, again and again, and takes out what was acted on. */
export class MailRound {
  readonly #parts: MailRoundParts;
  #cancel: (() => void) | undefined;
  #reading: Promise<void> = Promise.resolve();
  #closed = false;
  /** Nothing is being read, and nothing more is waited for than time. */
  #isIdle = false;
  /** Somebody said that there is mail, while it was read. */
  #isWoken = false;
  #isAll = false;
  /** How often messages could not be acted on, by id; at most a page of them. */
  readonly #failures = new Map<string, number>();

  constructor(parts: MailRoundParts) {
    this.#parts = parts;
    this.#next(0);
  }

  /** There may be mail. */
  wake(): void {
    this.#isWoken = true;
    if (!this.#isIdle) return;
    this.#cancel?.();
    this.#next(0);
  }

  /** Reads no more. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancel?.();
    await this.#reading;
  }

  #next(delayMs: number): void {
    if (this.#closed) return;
    this.#isIdle = true;
    this.#cancel = this.#parts.clock.after(delayMs, () => {
      this.#isIdle = false;
      this.#isWoken = false;
      this.#reading = this.#read()
        .catch(() => false)
        .then((hasMore) => this.#next(hasMore || this.#isWoken ? 0 : POLL_MS));
    });
  }

  /** Whether there may be more. A store that cannot be read is asked again in the next round. */
  async #read(): Promise<boolean> {
    const { mail, stream, take, look } = this.#parts;
    look(this.#isAll);
    this.#isAll = false;
    const messages = await mail.read(stream, PAGE);
    for (const message of messages) {
      if (this.#closed) return false;
      if (message.problem !== undefined) continue;
      if (await this.#isTaken(message, take)) await mail.remove(stream, [message.id]);
    }
    this.#isAll = messages.length < PAGE;
    // Those that were not taken come again, with time between.
    return !this.#isAll && this.#failures.size === 0;
  }

  /** One that cannot be acted on, however often, must not keep others waiting. Rejects where the journal failed. */
  async #isTaken(message: Mail, take: MailRoundParts['take']): Promise<boolean> {
    const { id } = message;
    try {
      await take(message);
      this.#failures.delete(id);
      return true;
    } catch (error) {
      if (StoreError.is(error)) throw error;
      const failures = (this.#failures.get(id) ?? 0) + 1;
      if (failures < TRIES) {
        this.#failures.set(id, failures);
        return false;
      }
      this.#failures.delete(id);
      const { mail, stream } = this.#parts;
      if (mail.setAside === undefined) return true;
      await mail.setAside(
        stream,
        id,
        // Its words may hold what must not be written, and are kept beside a journal that may be sealed.
        `it could not be acted on ${failures} times: ${OverseerError.is(error) ? error.code : nameOf(error)}`,
      );
      return false;
    }
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}
