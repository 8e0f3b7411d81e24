import { OverseerError } from './overseer-error.ts';

/** Something that failed is left alone for a while, and was not tried. The code is `breaker.open`. */
export class BreakerOpenError extends OverseerError {
  static {
    BreakerOpenError.prototype.name = 'BreakerOpenError';
  }

  /** When it will be tried again, epoch ms; `undefined` while it is being tried. */
  readonly untilAt: number | undefined;

  constructor(code: 'breaker.open', message: string, untilAt: number | undefined) {
    super(code, message, { retryable: true });
    this.untilAt = untilAt;
  }
}
