/**
 * Where the keys of providers come from: variables, files, functions, OAuth 2.0, and rings of several.
 *
 * @packageDocumentation
 */

export { fileTokens } from './file-tokens.ts';
export { type CallbackOptions, fromCallback, type GivenKey } from './from-callback.ts';
export { fromEnv } from './from-env.ts';
export { fromFile, type KeyFileOptions } from './from-file.ts';
export { type KeyringOptions, keyring } from './keyring.ts';
export type { LoginPrompt } from './login-prompt.ts';
export { type OAuthCredentials, type OAuthOptions, oauth } from './oauth.ts';
export type { OAuthEndpoints, OAuthPlace } from './oauth-server.ts';
export type { RingSources } from './ring-names.ts';
export { memoryTokens, type StoredTokens, type TokenStore } from './token-store.ts';
