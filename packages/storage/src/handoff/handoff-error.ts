import { OverseerError } from '@overseer/core/plugin';

/** Why a handoff was refused. */
export type HandoffErrorCode =
  | 'handoff.delivered'
  | 'handoff.none'
  | 'handoff.other'
  | 'handoff.refused-here'
  | 'handoff.unfit';

/** A project cannot be handed off or taken so. Nothing was written. */
export class HandoffError extends OverseerError {
  static {
    HandoffError.prototype.name = 'HandoffError';
  }

  declare readonly code: HandoffErrorCode;

  constructor(code: HandoffErrorCode, message: string) {
    super(code, message);
  }
}
