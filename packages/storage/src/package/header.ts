import { ByteReader } from './byte-reader.ts';
import { type Seal, sha256 } from './content-key.ts';
import { damaged, PackageError, torn } from './package-error.ts';
import type { PackageSource } from './package-source.ts';

/** The version of the format that is written, and the newest that can be read. */
const FORMAT_VERSION = 1;

const MAGIC = Buffer.from('OVPKG\0', 'latin1');
const MOST_BYTES = 65_536;

/** What stands in the clear before all else. */
export interface Header {
  readonly seal: Seal;
  /** A name that anyone may see, sealed for or not. */
  readonly label: string | undefined;
  /** Hex SHA-256 of all bytes of it. */
  readonly hash: string;
}

/** The bytes that a package begins with: a mark, the version, a length, and how the content is sealed. */
export function encodeHeader(
  seal: Seal,
  label: string | undefined,
): { readonly bytes: Buffer; readonly hash: string } {
  const body = Buffer.from(JSON.stringify({ seal, label }));
  const numbers = Buffer.alloc(6);
  numbers.writeUInt16BE(FORMAT_VERSION, 0);
  numbers.writeUInt32BE(body.byteLength, 2);
  const bytes = Buffer.concat([MAGIC, numbers, body]);
  return { bytes, hash: sha256(bytes) };
}

/** Throws `PackageError`: `package.form` where it is none, `package.newer`, `package.torn`, `package.damaged`. */
export async function readHeader(reader: ByteReader): Promise<Header> {
  const start = await reader.take(MAGIC.byteLength + 6);
  if (!start.subarray(0, MAGIC.byteLength).equals(MAGIC.subarray(0, start.byteLength))) {
    throw new PackageError(
      'package.form',
      'That is no package of Overseer: an .ovpkg begins otherwise.',
    );
  }
  if (start.byteLength < MAGIC.byteLength + 6) throw torn('it ends in its first bytes');
  const version = start.readUInt16BE(MAGIC.byteLength);
  if (version > FORMAT_VERSION) {
    throw new PackageError(
      'package.newer',
      `The package has format ${version}, and this Overseer reads up to ${FORMAT_VERSION}: update Overseer to open it.`,
    );
  }
  const length = start.readUInt32BE(MAGIC.byteLength + 2);
  if (version < 1 || length > MOST_BYTES) throw damaged('its header cannot be read');
  const body = await reader.take(length);
  if (body.byteLength < length) throw torn('it ends in its header');
  const { seal, label } = saidIn(body);
  return { seal, label, hash: sha256(Buffer.concat([start, body])) };
}

/**
 * The label of a package, whoever it is sealed for and whatever became of the rest; `undefined` where it has none or is no package.
 * Nothing vouches for it.
 */
export async function readLabel(source: PackageSource): Promise<string | undefined> {
  const reader = new ByteReader(source.read());
  try {
    const start = await reader.take(MAGIC.byteLength + 6);
    const isOurs = start.subarray(0, MAGIC.byteLength).equals(MAGIC);
    if (!isOurs || start.byteLength < MAGIC.byteLength + 6) return undefined;
    const length = start.readUInt32BE(MAGIC.byteLength + 2);
    if (length > MOST_BYTES) return undefined;
    const said: unknown = JSON.parse((await reader.take(length)).toString('utf8'));
    const label = typeof said === 'object' && said !== null && 'label' in said && said.label;
    return typeof label === 'string' ? label : undefined;
  } catch {
    return undefined;
  } finally {
    await reader.close();
  }
}

function saidIn(body: Buffer): Pick<Header, 'seal' | 'label'> {
  try {
    const { seal, label }: { readonly seal?: Seal; readonly label?: unknown } = JSON.parse(
      body.toString('utf8'),
    );
    if (seal !== undefined && isSeal(seal)) {
      return { seal, label: typeof label === 'string' ? label : undefined };
    }
  } catch (error) {
    throw damaged('its header cannot be read', error);
  }
  throw damaged('its header says nothing of how it is sealed');
}

function isSeal(seal: Seal): boolean {
  switch (seal.kind) {
    case 'none':
      return true;
    case 'passphrase':
      return typeof seal.salt === 'string' && typeof seal.key === 'string';
    case 'keys':
      return (
        typeof seal.ephemeral === 'string' &&
        typeof seal.keys === 'object' &&
        seal.keys !== null &&
        Object.values(seal.keys).every((key) => typeof key === 'string')
      );
    default:
      return false;
  }
}
