/**
 * Where the keys of providers come from: variables, files, functions, OAuth 2.0, and rings of several.
 *
 * @packageDocumentation
 */
export { type CallbackOptions, fromCallback, type GivenKey } from './from-callback.ts';
export { fromEnv } from './from-env.ts';
export { fromFile, type KeyFileOptions } from './from-file.ts';
export { type KeyringOptions, keyring } from './keyring.ts';
