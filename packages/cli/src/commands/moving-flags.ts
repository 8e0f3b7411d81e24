import type { Command } from 'commander';
import type { PlaceFlags } from './read-journal.ts';
import { collect } from './words-of-flags.ts';

/** Where the journal and the key are. */
export interface KeyFlags extends PlaceFlags {
  readonly key?: string;
  readonly passphrase?: boolean;
  readonly json?: boolean;
}

/** For whom something is sealed. */
export interface SealFlags extends KeyFlags {
  readonly to: readonly string[];
}

/** From whom something may come. */
export interface OpenFlags extends KeyFlags {
  readonly from: readonly string[];
}

/** The variable that has the passphrase, so that it stands in no list of processes. */
export const PASSPHRASE = 'OVERSEER_PASSPHRASE';

/** Adds the flags of `SealFlags` beside those of the place. */
export function addSealFlags(command: Command): Command {
  return addKeyFlag(command)
    .option(
      '--to <key>',
      'seal it for the owner of this public key. Repeat for several',
      collect,
      [],
    )
    .option('--passphrase', `seal it by the passphrase in $${PASSPHRASE}`);
}

/** Adds the flags of `OpenFlags` beside those of the place. */
export function addOpenFlags(command: Command): Command {
  return addKeyFlag(command)
    .option(
      '--from <key>',
      'take it only if the owner of this public key signed it. Repeat for several',
      collect,
      [],
    )
    .option('--passphrase', `open it by the passphrase in $${PASSPHRASE}`);
}

/** Adds `--key`. */
export function addKeyFlag(command: Command): Command {
  return command
    .option('--key <file>', 'the file of your secret key (default: key.secret beside the journal)')
    .option('--json', 'one JSON object a line');
}
