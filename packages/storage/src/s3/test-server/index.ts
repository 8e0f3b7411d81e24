/**
 * A small server that speaks S3, for tests: it checks every signature, keeps one bucket in memory, and fails as it is told to.
 *
 * @packageDocumentation
 */
export type { Answer } from './answers.ts';
export type { Bucket, StoredObject, StoredUpload } from './bucket.ts';
export {
  type S3Fault,
  type S3RequestSeen,
  type S3TestOptions,
  type S3TestServer,
  startS3,
} from './start-s3.ts';
export type { Known, Refusal } from './verify-signature.ts';
