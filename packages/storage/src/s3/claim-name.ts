import type { S3Client } from './s3-client.ts';
import { S3Failure } from './s3-failure.ts';

/** The header of an object that says which write made it. */
export const WRITE_HEADER = 'x-amz-meta-overseer-write';

/** Who writes what: the target's own id, and that of this write. */
export interface WriteId {
  readonly target: string;
  readonly write: string;
}

/** What stands in `WRITE_HEADER`. */
export function writeMark({ target, write }: WriteId): string {
  return `${target}.${write}`;
}

/**
 * Gives an object its name where nobody has it, by a condition that the store holds to. Where it says that the name is taken, or no
 * longer knows the upload, an answer before may have been lost: the object tells whether it is of this very write, which is done
 * then. One of the same target is of a write of which nobody knew how it ended, and is replaced. Throws `S3Failure`
 * `backup.taken` where it is another's.
 */
export async function claimName(
  client: S3Client,
  key: string,
  id: WriteId,
  put: (condition: Readonly<Record<string, string>>) => Promise<void>,
): Promise<void> {
  let condition: Readonly<Record<string, string>> = { 'if-none-match': '*' };
  for (let round = 0; ; round++) {
    try {
      await put(condition);
      return;
    } catch (error) {
      if (!(error instanceof S3Failure) || !isUnclear(error) || round === ROUNDS) throw error;
      const there = await headOf(client, key);
      if (there?.mark === writeMark(id)) return;
      if (there !== undefined && !there.mark.startsWith(`${id.target}.`))
        throw taken(client, key, error);
      if (error.reason === 'NoSuchUpload') throw error;
      condition = conditionFor(there, error);
    }
  }
}

const ROUNDS = 3;

interface Head {
  readonly mark: string;
  readonly etag: string;
}

function isUnclear({ code, status, reason }: S3Failure): boolean {
  return code === 'backup.taken' || reason === 'NoSuchUpload' || status === 501;
}

/** A store that knows no conditions (501) was just asked what is there; between the two another might come, which its names make unlikely. */
function conditionFor(
  there: Head | undefined,
  { status }: S3Failure,
): Readonly<Record<string, string>> {
  if (status === 501) return {};
  return there === undefined ? { 'if-none-match': '*' } : { 'if-match': there.etag };
}

async function headOf(client: S3Client, key: string): Promise<Head | undefined> {
  const answer = await client.open({ method: 'HEAD', key, takes: [404] });
  await answer.drop();
  if (answer.status === 404) return undefined;
  return { mark: answer.headers.get(WRITE_HEADER) ?? '', etag: answer.headers.get('etag') ?? '' };
}

function taken(client: S3Client, key: string, cause: unknown): S3Failure {
  return new S3Failure(
    'backup.taken',
    `${key.split('/').at(-1)} is in ${client.asked().place} already, and was not written by this process: nothing was replaced. Back each journal up to a prefix of its own.`,
    { status: 412, cause },
  );
}
