import { dirname, join, resolve } from 'node:path';
import { type BackupTarget, folderTarget } from '@overseer/storage/backup';
import { isS3Address, parseS3Address, s3Target } from '@overseer/storage/s3';
import type { BucketFlags } from './bucket-flags.ts';
import type { Project } from './project.ts';

/**
 * The place that a person names: a folder, from that of the project on, or `s3://bucket/prefix`. Copies in the making lie beside the
 * journal then. Throws `ConfigError` `config.bucket`.
 */
export function backupPlace(
  project: Pick<Project, 'folder' | 'journal'>,
  place: string,
  { endpoint, region, pathStyle, plainHttp }: BucketFlags,
  signal?: AbortSignal,
): BackupTarget {
  if (!isS3Address(place)) return folderTarget(resolve(project.folder, place));
  return s3Target({
    ...parseS3Address(place),
    scratch: join(dirname(project.journal), 'backup-scratch'),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(region === undefined ? {} : { region }),
    ...(pathStyle === undefined ? {} : { pathStyle }),
    ...(plainHttp === undefined ? {} : { plainHttp }),
    ...(signal === undefined ? {} : { signal }),
  });
}
