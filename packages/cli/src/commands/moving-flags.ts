import { ConfigError } from '@overseer/core/plugin';
import type { OpenKeys, SealOptions } from '@overseer/storage/package';
import type { Command } from 'commander';
import { keyOrNew, keyPlace, readKeyIfAny } from '../setup/key-file.ts';
import { findProject, type Project } from '../setup/project.ts';
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
const PASSPHRASE = 'OVERSEER_PASSPHRASE';

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

/** The project that flags name. */
export function projectOf({ repo, journal }: PlaceFlags): Project {
  return findProject({ repository: repo, journal, folder: process.cwd() });
}

/** Who signs, and for whom it is sealed; a key is made where there is none, and then told of. */
export function sealingOf(
  project: Project,
  flags: SealFlags,
  say: (line: string) => void,
): SealOptions & { readonly sign: string } {
  const place = keyPlace(project, flags.key);
  const { pair, isNew } = keyOrNew(place);
  if (isNew) say(`A key was made, ${place}: keep a copy of it elsewhere.`);
  return {
    sign: pair.secret,
    to: flags.to,
    ...(flags.passphrase === true ? { passphrase: passphrase() } : {}),
  };
}

/** What opens, and from whom it may come. */
export function openingOf(
  project: Project,
  flags: OpenFlags,
): OpenKeys & { readonly from?: readonly string[] } {
  const pair = readKeyIfAny(keyPlace(project, flags.key));
  return {
    ...(pair === undefined ? {} : { secret: pair.secret }),
    ...(flags.passphrase === true ? { passphrase: passphrase() } : {}),
    ...(flags.from.length === 0 ? {} : { from: flags.from }),
  };
}

function passphrase(): string {
  const words = process.env[PASSPHRASE];
  if (words !== undefined && words !== '') return words;
  throw new ConfigError(
    'config.passphrase',
    `--passphrase takes it from the environment variable ${PASSPHRASE}, which is empty: set it.`,
  );
}
