const BRAND: unique symbol = Symbol.for('overseer.error') as never;

/** What an error may carry beside its sentence. */
export interface OverseerErrorOptions {
  readonly cause?: unknown;
  /** Whether trying the same again later can help. */
  readonly retryable?: boolean;
}

/** The base of every error that Overseer throws: a stable code, and a sentence that says what to do. */
export class OverseerError extends Error {
  static {
    Object.defineProperty(OverseerError.prototype, BRAND, { value: true });
    OverseerError.prototype.name = 'OverseerError';
  }

  /** `area.problem`, stable across releases. */
  readonly code: string;
  /** Whether trying the same again later can help. */
  readonly retryable: boolean;

  constructor(code: string, message: string, options: OverseerErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryable = options.retryable ?? false;
  }

  /** Holds across two installed copies of the library, where `instanceof` does not. */
  static is(value: unknown): value is OverseerError {
    return value instanceof Error && BRAND in value;
  }
}
