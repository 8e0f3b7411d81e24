import { OverseerError } from './overseer-error.ts';

/** Why a store refused. */
export type StoreErrorCode =
  | 'store.busy'
  | 'store.closed'
  | 'store.conflict'
  | 'store.corrupt'
  | 'store.failed'
  | 'store.fenced'
  | 'store.full'
  | 'store.key'
  | 'store.newer'
  | 'store.read-only'
  | 'store.unreachable'
  | 'store.unsealed';

/** The journal could not be opened, read or written. Nothing that was acknowledged is lost. */
export class StoreError extends OverseerError {
  static {
    StoreError.prototype.name = 'StoreError';
  }

  declare readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, options: { readonly cause?: unknown } = {}) {
    super(code, message, options);
  }
}
