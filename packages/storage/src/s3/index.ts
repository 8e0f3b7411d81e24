/**
 * Backups in a bucket of a store that speaks S3.
 *
 * @packageDocumentation
 */
export { isS3Address, parseS3Address, type S3Place } from './s3-address.ts';
export type { S3Credentials } from './s3-credentials.ts';
export type { S3Options } from './s3-options.ts';
export { s3Target } from './s3-target.ts';
