import { fingerprintOf } from '@overseer/storage/package';
import { EXIT } from '../exit-code.ts';
import { keyOrNew, keyPlace } from '../setup/key-file.ts';
import { processOutput } from '../view/presenter.ts';
import type { KeyFlags } from './moving-flags.ts';
import { projectOf } from './project-of.ts';

/** `overseer keys`: makes a key pair where there is none, and prints its public half. Returns the exit code. */
export function keysCommand(flags: KeyFlags): number {
  const place = keyPlace(projectOf(flags), flags.key);
  const { pair, isNew } = keyOrNew(place);
  const fingerprint = fingerprintOf(pair.public);
  const lines =
    flags.json === true
      ? [JSON.stringify({ public: pair.public, fingerprint, file: place, isNew })]
      : [
          pair.public,
          `Fingerprint ${fingerprint}. The secret half is in ${place}${isNew ? ', new' : ''}: keep a copy of it, and give it to nobody.`,
        ];
  processOutput().write(lines.map((line) => `${line}\n`).join(''));
  return EXIT.done;
}
