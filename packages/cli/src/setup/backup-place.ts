import { dirname, join, resolve } from 'node:path';
import { type BackupTarget, folderTarget } from '@overseer/storage/backup';
import { isS3Address, parseS3Address, s3Target } from '@overseer/storage/s3';
import type { Command } from 'commander';
import type { Project } from './project.ts';

/** How a bucket is spoken to; what is left out comes from the environment. */
export interface BucketFlags {
  readonly endpoint?: string;
  readonly region?: string;
  readonly pathStyle?: boolean;
  readonly plainHttp?: boolean;
}

/** Adds the flags of `BucketFlags`. */
export function addBucketFlags(command: Command): Command {
  return command
    .option('--endpoint <url>', 'of s3://…: the store, where it is not Amazon')
    .option('--region <name>', 'of s3://…: the region of the bucket')
    .option('--path-style', 'of s3://…: put the bucket into the path, not before the host')
    .option('--plain-http', 'of s3://…: take an endpoint without TLS that is on another machine');
}

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
