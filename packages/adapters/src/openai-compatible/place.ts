import { ConfigError, ModelError, suggest } from '@overseer/core/plugin';
import type { Credentials } from '@overseer/core/spec';
import { variableOf } from '../internal/variable-of.ts';
import { PRESETS, type PresetName, type ServerPreset } from './presets.ts';

/** Where a server is and what is known of its kind, with every default filled in. */
export interface Place {
  readonly provider: string;
  readonly baseURL: string;
  readonly apiKey: string | Credentials | undefined;
  /** The variable that a key is looked for in at each call. */
  readonly keyVariable: string | undefined;
  readonly quirks: ServerPreset['quirks'];
}

/** What a host says of the place. */
export interface PlaceOptions {
  readonly baseURL?: string;
  readonly apiKey?: string | Credentials;
  readonly provider?: string;
  readonly preset?: PresetName | ServerPreset;
}

/**
 * Finds a server: by its base URL, by that of its preset, or by the variables `OPENAI_BASE_URL` and `OPENAI_API_BASE`.
 * Throws `ConfigError` (`config.base-url`, `config.unknown-preset`).
 */
export function placeOf(options: PlaceOptions): Place {
  const { preset } = options;
  const known = typeof preset === 'string' ? presetOf(preset) : preset;
  const baseURL =
    options.baseURL ??
    known?.baseURL ??
    variableOf('OPENAI_BASE_URL') ??
    variableOf('OPENAI_API_BASE');
  if (baseURL === undefined) {
    const what = 'there is no base URL: pass baseURL or preset, or set OPENAI_API_BASE';
    throw new ConfigError('config.base-url', what);
  }
  const keyVariable = known?.keyVariable;
  return {
    provider: options.provider ?? (typeof preset === 'string' ? preset : 'openai-compatible'),
    baseURL,
    apiKey: options.apiKey,
    keyVariable,
    quirks: known?.quirks ?? {},
  };
}

/** A refusal for want of a key says where one is looked for. */
export function namingTheKey(error: ModelError, where: string, place: Place): ModelError {
  const { apiKey, keyVariable } = place;
  if (error.kind !== 'auth' || apiKey !== undefined || keyVariable === undefined) return error;
  if (variableOf(keyVariable) !== undefined) return error;
  const what = `${where}: there is no API key; set ${keyVariable}, or pass apiKey`;
  const { status } = error;
  return new ModelError('auth', what, {
    cause: error,
    ...(status === undefined ? {} : { status }),
  });
}

function presetOf(name: string): ServerPreset {
  const preset = Object.entries(PRESETS).find(([known]) => known === name)?.[1];
  if (preset !== undefined) return preset;
  throw new ConfigError(
    'config.unknown-preset',
    `There is no preset ${JSON.stringify(name)}: ${suggest(name, Object.keys(PRESETS))}. Any other server is called by its baseURL.`,
  );
}
