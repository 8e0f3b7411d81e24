import { resolve } from 'node:path';
import { recordCassette, replayCassette } from '@overseer/adapters/cassette';
import type { MockRelay } from '@overseer/adapters/mock-llm';
import { ConfigError } from '@overseer/core/plugin';

/** What `overseer mock` is told of cassettes. */
export interface CassetteFlags {
  readonly cassette?: string;
  readonly record?: string;
  readonly scenario?: string;
}

/** Who answers in the place of models, and what is left to say and to close at the end. */
export interface CassetteRelay {
  readonly relay?: MockRelay;
  /** How it went. */
  readonly summary: () => string | undefined;
  readonly close: () => void;
}

/** Records or replays, as the flags say. Throws `ConfigError` for flags that do not go together, or a file that cannot be used. */
export function cassetteRelay({ cassette, record, scenario }: CassetteFlags): CassetteRelay {
  if (cassette === undefined) {
    if (record !== undefined) throw wrong('--record needs --cassette FILE, where to record.');
    return { summary: () => undefined, close: () => undefined };
  }
  if (scenario !== undefined)
    throw wrong('--scenario and --cassette are two ways to answer; give one.');
  const file = resolve(cassette);
  if (record === undefined) {
    const player = replayCassette(file);
    const summary = (): string =>
      `${player.left} recorded requests were not asked for; ${player.unrecorded.length} requests were not recorded.`;
    return { relay: { fetch: player.fetch }, summary, close: () => undefined };
  }
  const origin = originFrom(record);
  const recorder = recordCassette(file);
  return {
    relay: { fetch: recorder.fetch, origin },
    summary: () => `${recorder.recorded} requests are in ${file}.`,
    close: () => recorder[Symbol.dispose](),
  };
}

/** Clients say `/v1` themselves, so that it is taken off. */
function originFrom(text: string): string {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '')
    throw wrong('--record takes an http or https URL without a name or password.');
  return url.origin + url.pathname.replace(/\/+$/, '').replace(/\/v\d+(alpha|beta)?$/, '');
}

function wrong(sentence: string): ConfigError {
  return new ConfigError('config.command-line', sentence);
}
