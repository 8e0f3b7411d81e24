import { OverseerError } from '@overseer/core/plugin';

/** Why a package, a receipt or a key was refused. */
export type PackageErrorCode =
  | 'package.damaged'
  | 'package.form'
  | 'package.key'
  | 'package.newer'
  | 'package.receipt'
  | 'package.signature'
  | 'package.torn'
  | 'package.unwritable';

/** A package is not what it should be. Nothing of it was applied. */
export class PackageError extends OverseerError {
  static {
    PackageError.prototype.name = 'PackageError';
  }

  declare readonly code: PackageErrorCode;

  constructor(code: PackageErrorCode, message: string, options: { readonly cause?: unknown } = {}) {
    super(code, message, options);
  }
}

/** The refusal of a package whose bytes are not those that were written. */
export function damaged(what: string, cause?: unknown): PackageError {
  return new PackageError(
    'package.damaged',
    `The package is damaged: ${what}. Get it once more from where it was made.`,
    { cause },
  );
}

/** The refusal of a package that ends too early. */
export function torn(what: string): PackageError {
  return new PackageError(
    'package.torn',
    `The package is not whole: ${what}. Copy it once more, all of it.`,
  );
}
