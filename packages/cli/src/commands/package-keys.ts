import { ConfigError } from '@overseer/core/plugin';
import type { OpenKeys, SealOptions } from '@overseer/storage/package';
import { keyOrNew, keyPlace, readKeyIfAny } from '../setup/key-file.ts';
import type { Project } from '../setup/project.ts';
import { type OpenFlags, PASSPHRASE, type SealFlags } from './moving-flags.ts';

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
