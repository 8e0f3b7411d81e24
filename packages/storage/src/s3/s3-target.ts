import { randomUUID } from 'node:crypto';
import type { BackupTarget } from '../backup/backup-target.ts';
import { listObjects } from './list-objects.ts';
import { objectSink } from './object-sink.ts';
import { readObject } from './read-object.ts';
import { createS3Client } from './s3-client.ts';
import { type S3Options, s3Settings } from './s3-options.ts';
import { LEFT_MS, sweepUploads } from './sweep-uploads.ts';

/**
 * Keeps backups in a bucket of a store that speaks S3. A name is given once all of it is there, and only where nobody has it;
 * what fails for a while is tried again. Needs the package `aws4fetch`. Throws `ConfigError` `config.bucket` for options that
 * cannot be right; its methods throw `BackupError`: `backup.denied` for what a person has to set right, `backup.taken`,
 * `backup.full` and `backup.target`.
 */
export function s3Target(options: S3Options): BackupTarget {
  const settings = s3Settings(options);
  const client = createS3Client(settings);
  const prefix = settings.prefix === '' ? '' : `${settings.prefix}/`;
  const target = randomUUID();
  let sweptAt = Number.NEGATIVE_INFINITY;
  const { clock } = settings;
  return {
    name: client.asked().place,
    scratch: settings.scratch,
    put: async (name) => {
      if (clock.elapsed() - sweptAt >= LEFT_MS) {
        sweptAt = clock.elapsed();
        await sweepUploads(client, prefix, clock.now());
      }
      return objectSink(client, `${prefix}${name}`, { target, write: randomUUID() });
    },
    get: (name) => ({
      name: `${client.asked().place}/${name}`,
      read: () => readObject(client, `${prefix}${name}`),
    }),
    list: () => listObjects(client, prefix),
    delete: async (name) => {
      await client.ask({ method: 'DELETE', key: `${prefix}${name}`, takes: [404] });
    },
  };
}
