import { OverseerError } from './errors/overseer-error.ts';
import type { OpenKernel } from './run/open-kernel.ts';
import type { Settings } from './run/settings.ts';

/** What the parts of an overseer stand on, as long as it is open. */
export interface OverseerGround {
  readonly settings: Settings;
  /** Throws `OverseerError` `overseer.closed` once it was closed. */
  readonly open: OpenKernel;
}

/** The ground of an overseer that says itself whether it was closed. */
export function groundOf(
  settings: Settings,
  open: OpenKernel,
  isClosed: () => boolean,
): OverseerGround {
  return {
    settings,
    get open() {
      if (!isClosed()) return open;
      throw new OverseerError('overseer.closed', 'This overseer was closed; create another one.');
    },
  };
}

/** Throws `OverseerError` `overseer.closed` where it was closed. */
export function requireOpen({ open }: Pick<OverseerGround, 'open'>): OpenKernel {
  return open;
}
