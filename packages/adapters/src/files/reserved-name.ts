/** Names that the file tools never reach: the repository's own folder, Overseer's state, and installed packages. */
const RESERVED: ReadonlySet<string> = new Set(['.git', '.overseer', 'node_modules']);

/** The short names that Windows may give to the reserved ones. */
const SHORT_NAME = /^(git|overse|node_m)~\d+$/;

/** Starts the names of the temporary files that a write leaves behind when its process dies. */
export const TEMPORARY_PREFIX: string = '.overseer-';

/**
 * Whether a file system may take `segment` for a reserved name. Stricter than any single one: it ignores case, compatibility
 * forms and invisible characters (HFS+), trailing dots and spaces and named streams (NTFS), on every platform alike, because
 * a repository travels.
 */
export function isReserved(segment: string): boolean {
  const plain = segment
    .normalize('NFKC')
    .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
    .toLowerCase()
    .replace(/:.*$/su, '')
    .replace(/[. ]+$/u, '');
  return RESERVED.has(plain) || SHORT_NAME.test(plain) || plain.startsWith(TEMPORARY_PREFIX);
}
