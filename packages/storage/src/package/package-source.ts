import { createReadStream } from 'node:fs';

/** Where the bytes of a package come from. It is read twice: to check all of it, and to use it. */
export interface PackageSource {
  /** For messages to people. */
  readonly name: string;
  /** The bytes from the first on. */
  read(): AsyncIterable<Uint8Array>;
}

/** Where the bytes of a package go. */
export interface PackageSink {
  /** Resolves when it may be given more. */
  write(bytes: Uint8Array): Promise<void>;
}

/** Where the bytes of a package go that is to be there whole or not at all. */
export interface CommittedSink extends PackageSink, AsyncDisposable {
  /** Gives it its name, once all of it is kept. Without this call nothing of it stays. */
  commit(): Promise<void>;
}

/** A package in a file. */
export function packageFile(path: string): PackageSource {
  return { name: path, read: () => createReadStream(path, { highWaterMark: 1_048_576 }) };
}

/** A package in memory. */
export function packageBytes(bytes: Uint8Array, name = 'package'): PackageSource {
  return {
    name,
    read: async function* () {
      yield bytes;
    },
  };
}
