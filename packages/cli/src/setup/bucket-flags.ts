import type { Command } from 'commander';

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
