import { ConfigError } from '@overseer/core/plugin';

/** Who stands behind an order, and why. */
export interface OrderFlags {
  readonly by?: string;
  readonly because?: string;
}

/** Both, for what nothing brings back. Throws `ConfigError` `config.approval`, with these words before what to say. */
export function requireOrder(
  { by, because }: OrderFlags,
  words: string,
): { readonly by: string; readonly because: string } {
  if (by !== undefined && because !== undefined) return { by, because };
  throw new ConfigError(
    'config.approval',
    `${words}: say who wants it, and why, with --by and --because.`,
  );
}
