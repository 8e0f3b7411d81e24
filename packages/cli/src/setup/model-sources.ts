import type { Environment } from './environment.ts';
import type { Login } from './logins.ts';
import { KEY_VARIABLES, type ModelFlags, placeOfProvider } from './model-flags.ts';

/** Providers that are there for whoever has a key or is signed in. */
const KEYED = ['openai', 'anthropic', 'google', 'cohere'] as const;

/**
 * The servers that flags, variables and sign-ins lead to, each as `provider:name` of some model of it: those of the models that are
 * named, that of a base URL, or else all that are known, and LM Studio where it is by itself. Pure. Throws `ConfigError`
 * `config.base-url`.
 */
export function sourcesOf(
  { model, baseUrl }: ModelFlags,
  env: Environment,
  logins: readonly Login[],
): readonly string[] {
  if (model.length > 0) return model;
  const has = (name: string): boolean => (env[name] ?? '') !== '';
  if (baseUrl !== undefined) return ['server:default'];
  const hasServer = has('OPENAI_BASE_URL') || has('OPENAI_API_BASE');
  const isSignedIn = (provider: string): boolean =>
    logins.some(
      (login) =>
        login.provider === provider && login.address === placeOfProvider(provider, undefined, env),
    );
  return [
    'lmstudio:default',
    ...(has('OLLAMA_HOST') || isSignedIn('ollama') ? ['ollama:default'] : []),
    ...(hasServer || isSignedIn('server') ? ['server:default'] : []),
    ...KEYED.filter((provider) =>
      // A key for a server of one's own is asked there.
      provider === 'openai' && hasServer
        ? false
        : KEY_VARIABLES[provider].some(has) || isSignedIn(provider),
    ).map((provider) => `${provider}:default`),
  ];
}
