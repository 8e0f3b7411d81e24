import { OverseerError } from '@overseer/core/plugin';
import type { Model } from '@overseer/core/spec';
import { EXIT } from '../exit-code.ts';
import { askServers, type ServerListing } from '../setup/ask-servers.ts';
import { loginsOf } from '../setup/logins.ts';
import { addressOf, isSentAsItIs, type ModelFlags, modelsOf } from '../setup/model-flags.ts';
import { sourcesOf } from '../setup/model-sources.ts';
import { reachTeam } from '../setup/reach-team.ts';
import { listingLines } from '../view/listing-lines.ts';
import { processOutput } from '../view/presenter.ts';
import { teamLines } from '../view/team-lines.ts';
import { oneLine } from '../view/words.ts';
import { openTeam } from './journal-team.ts';
import type { PlaceFlags } from './read-journal.ts';
import { watchModels } from './watch-models.ts';

/** What `overseer models` is told. */
export interface ModelsFlags extends PlaceFlags {
  readonly model?: readonly string[];
  readonly baseUrl?: string;
  readonly check?: string;
  readonly watch?: boolean;
  readonly json?: boolean;
}

/** How long a server may take to say which models it has, in ms. */
const PATIENCE_MS = 10_000;

/** How long a model may take to load, in ms. */
const LOAD_MS = 600_000;

/**
 * `overseer models`: how the models of the team stand by the journal, where there is one, and which models the servers have that flags
 * and variables name; with `--check`, whether one is there; with `--watch`, each change until it is stopped. Returns the exit code:
 * failed where no server answers, or where the model is not there.
 */
export async function modelsCommand(flags: ModelsFlags): Promise<number> {
  if (flags.check !== undefined) return await checkModel(flags.check, flags);
  await using team = await openTeam(flags);
  if (flags.watch === true) return await watchModels(flags, team, () => listServers(flags));
  const [models, servers] = [(await team?.read()) ?? [], await listServers(flags)];
  const lines = [...teamLines(models, Date.now()), ...listingLines(servers)];
  say(flags, [...models, ...servers], lines);
  return servers.some(isConnected) ? EXIT.done : EXIT.failed;
}

async function listServers(flags: ModelsFlags): Promise<readonly ServerListing[]> {
  const place = placeOf(flags);
  const sources = sourcesOf(place, process.env, loginsOf(process.env));
  return await askServers(sources, { env: process.env, patienceMs: PATIENCE_MS, place });
}

function isConnected({ connection }: ServerListing): boolean {
  return connection.state === 'connected';
}

/** `overseer models load` and `unload`: brings a local model into memory, or frees its memory. Throws `ModelError`. */
export async function moveModelCommand(
  what: 'load' | 'unload',
  name: string,
  flags: ModelsFlags,
): Promise<number> {
  const model = one(name, flags);
  const act = what === 'load' ? model.load : model.unload;
  if (act === undefined) {
    const { provider, id } = model.info;
    const sentence = `${provider}/${id} is always as it is: only models in LM Studio and Ollama, and files of weights, can be loaded and unloaded.`;
    throw new OverseerError('config.not-loadable', sentence);
  }
  await act.call(model, { signal: AbortSignal.timeout(LOAD_MS) });
  const state = what === 'load' ? 'ready' : 'cold';
  const words = what === 'load' ? 'is in memory' : 'is out of memory';
  say(flags, [{ model: name, state }], [oneLine(`${name} ${words}.`)]);
  return EXIT.done;
}

async function checkModel(name: string, flags: ModelsFlags): Promise<number> {
  const model = one(name, flags);
  try {
    const warnings = await reachTeam([model], {
      addressOf: () => addressOf(model, placeOf(flags), process.env),
      patienceMs: PATIENCE_MS,
      isSentAsItIs: () => isSentAsItIs(name),
    });
    const because = warnings[0] ?? `${name} is there.`;
    say(flags, [{ model: name, ok: warnings.length === 0, because }], [oneLine(because)]);
    return warnings.length === 0 ? EXIT.done : EXIT.failed;
  } catch (error) {
    if (!OverseerError.is(error) || !error.code.startsWith('model.')) throw error;
    const because = error.message;
    say(flags, [{ model: name, ok: false, code: error.code, because }], [oneLine(because)]);
    return EXIT.failed;
  }
}

function one(name: string, flags: ModelsFlags): Model {
  const [model] = modelsOf({ ...placeOf(flags), model: [name] }, process.env);
  if (model === undefined) throw new OverseerError('config.unknown-model', `${name} is no model.`);
  return model;
}

function placeOf({ model = [], baseUrl }: ModelsFlags): ModelFlags {
  return { model, baseUrl };
}

function say(
  { json }: ModelsFlags,
  facts: readonly (ServerListing | object)[],
  lines: readonly string[],
): void {
  const all = json === true ? facts.map((fact) => JSON.stringify(fact)) : lines;
  processOutput().write(all.map((line) => `${line}\n`).join(''));
}
