import { join } from 'node:path';

/** The folder of real documents: the one that is named, or `specs` of the folder `OVERSEER_DATA`. Throws `Error` where neither is told. */
export function corpusFolder(
  named: string | undefined,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): string {
  if (named !== undefined) return named;
  const folder = environment['OVERSEER_DATA'];
  if (folder !== undefined) return join(folder, 'specs');
  throw new Error(
    'There is no data: name its folder with --data, or set OVERSEER_DATA to a folder that has specs/.',
  );
}
