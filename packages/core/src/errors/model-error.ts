import type { Part } from '../spec/message.ts';
import type { ModelErrorKind, RateLimit, Usage } from '../spec/model.ts';
import { OverseerError } from './overseer-error.ts';
import { saidWaitMs } from './said-wait.ts';

/** What is known of a failed call. */
export interface ModelErrorOptions {
  readonly cause?: unknown;
  readonly status?: number;
  /** The provider's own code. */
  readonly providerCode?: string;
  /** How long the provider asks to wait, in ms; what is no finite number from 0 on counts as not said. */
  readonly retryAfterMs?: number;
  readonly requestId?: string;
  readonly rate?: RateLimit;
  readonly retryable?: boolean;
  /** What the call used all the same, where that is known. */
  readonly usage?: Usage;
  /** The key was refused, and the next call goes out with another one. */
  readonly otherKey?: boolean;
}

/** Which kinds another try can cure, sooner or later. */
const CURABLE: Readonly<Record<ModelErrorKind, boolean>> = {
  auth: false,
  permission: false,
  'not-found': false,
  invalid: false,
  'context-overflow': false,
  'content-filter': false,
  unsupported: false,
  'rate-limit': true,
  quota: false,
  overloaded: true,
  loading: true,
  server: true,
  timeout: true,
  network: true,
  interrupted: true,
  protocol: true,
  aborted: false,
};

/** One model call failed. `code` is `model.<kind>`. */
export class ModelError extends OverseerError {
  static {
    ModelError.prototype.name = 'ModelError';
  }

  readonly kind: ModelErrorKind;
  readonly status: number | undefined;
  readonly providerCode: string | undefined;
  readonly retryAfterMs: number | undefined;
  readonly requestId: string | undefined;
  readonly rate: RateLimit | undefined;
  /** What the call used all the same, where that is known. */
  readonly usage: Usage | undefined;
  /** The key was refused, and the next call goes out with another one: nothing is said against the model, and it may be tried at once. */
  readonly otherKey: boolean;
  /** What had arrived before it failed; set by `generate()`. */
  partial: readonly Part[] | undefined;
  /**
   * Whether the answer had begun, so that it may be charged: anything but `progress` had arrived, which `generate()` sees, or it is
   * being made elsewhere, which the adapter says.
   */
  begun = false;

  constructor(kind: ModelErrorKind, message: string, options: ModelErrorOptions = {}) {
    super(`model.${kind}`, message, {
      cause: options.cause,
      retryable: options.retryable ?? (options.otherKey === true || CURABLE[kind]),
    });
    this.kind = kind;
    this.status = options.status;
    this.providerCode = options.providerCode;
    this.retryAfterMs = saidWaitMs(options.retryAfterMs);
    this.requestId = options.requestId;
    this.rate = options.rate;
    this.usage = options.usage;
    this.otherKey = options.otherKey ?? false;
  }
}

/** The server does not have that model. */
export class ModelNotFoundError extends ModelError {
  static {
    ModelNotFoundError.prototype.name = 'ModelNotFoundError';
  }

  /** What it has instead. */
  readonly availableModels: readonly string[];

  constructor(
    message: string,
    availableModels: readonly string[],
    options: ModelErrorOptions = {},
  ) {
    super('not-found', message, options);
    this.availableModels = availableModels;
  }
}
