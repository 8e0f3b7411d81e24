import type { CommittedSink } from '../package/package-source.ts';
import { claimName, WRITE_HEADER, type WriteId, writeMark } from './claim-name.ts';
import { beginMultipart, type Multipart } from './multipart.ts';
import type { S3Client } from './s3-client.ts';

/**
 * Writes an object under a name that nobody has: at once where it is small, else in parts as they come. Nothing of it is to be
 * seen before it is committed. Holds one part in memory. Throws `S3Failure`.
 */
export function objectSink(client: S3Client, key: string, id: WriteId): CommittedSink {
  return new ObjectSink(client, key, id);
}

class ObjectSink implements CommittedSink {
  readonly #client: S3Client;
  readonly #key: string;
  readonly #id: WriteId;
  #pieces: Uint8Array[] = [];
  #bytes = 0;
  #upload: Multipart | undefined;

  constructor(client: S3Client, key: string, id: WriteId) {
    this.#client = client;
    this.#key = key;
    this.#id = id;
  }

  async write(bytes: Uint8Array): Promise<void> {
    const { partBytes } = this.#client.settings;
    this.#pieces.push(bytes);
    this.#bytes += bytes.byteLength;
    // Every part but the last has the same size, as some stores want it; one byte has to be left for the last.
    while (this.#bytes > partBytes) await this.#send(partBytes);
  }

  async commit(): Promise<void> {
    const upload = this.#upload;
    if (upload === undefined) {
      const body = Buffer.concat(this.#pieces);
      const key = this.#key;
      await claimName(this.#client, key, this.#id, async (condition) => {
        await this.#client.ask({
          method: 'PUT',
          key,
          body,
          headers: { ...this.#headers(), ...condition },
        });
      });
    } else {
      await this.#send(this.#bytes);
      await claimName(this.#client, this.#key, this.#id, (condition) => upload.complete(condition));
    }
    this.#upload = undefined;
    this.#pieces = [];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const upload = this.#upload;
    this.#upload = undefined;
    this.#pieces = [];
    // What went wrong before is what matters; what stays of the upload is swept later.
    await upload?.abort().catch(() => undefined);
  }

  async #send(count: number): Promise<void> {
    const all = Buffer.concat(this.#pieces);
    this.#pieces = [all.subarray(count)];
    this.#bytes = all.byteLength - count;
    this.#upload ??= await beginMultipart(this.#client, this.#key, this.#headers());
    await this.#upload.add(all.subarray(0, count));
  }

  #headers(): Readonly<Record<string, string>> {
    return { 'content-type': 'application/octet-stream', [WRITE_HEADER]: writeMark(this.#id) };
  }
}
