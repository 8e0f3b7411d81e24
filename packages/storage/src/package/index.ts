/**
 * Sealed packages (`.ovpkg`): what one store has, signed, encrypted and streamed, for another store, a backup or a handoff.
 *
 * @packageDocumentation
 */
export type { OpenKeys, Seal, SealOptions } from './content-key.ts';
export { type ExportOptions, exportStore, type MoveProgress } from './export-store.ts';
export { type FileSink, fileSink } from './file-sink.ts';
export { readLabel } from './header.ts';
export { type Imported, type ImportOptions, importStore } from './import-store.ts';
export type { PackagedMail, PackageItem, ReadItem } from './items.ts';
export { createKeyPair, fingerprintOf, type KeyPair, keyPairOf } from './keys.ts';
export type { Manifest, PackagedStream, SignedManifest } from './manifest.ts';
export { type OpenedPackage, type OpenOptions, openPackage } from './open-package.ts';
export { PackageError, type PackageErrorCode } from './package-error.ts';
export {
  type CommittedSink,
  type PackageSink,
  type PackageSource,
  packageBytes,
  packageFile,
} from './package-source.ts';
export { checkReceipt, type Receipt, type SentPackage, signReceipt } from './receipt.ts';
export { checkRefusal, type Refusal, signRefusal } from './refusal.ts';
export type { StreamStart, StreamStarts } from './tally.ts';
export { type WriteOptions, type WrittenPackage, writePackage } from './write-package.ts';
