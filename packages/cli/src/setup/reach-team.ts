import { ModelError, OverseerError } from '@overseer/core/plugin';
import type { ListedModel, Model, ModelErrorKind } from '@overseer/core/spec';
import { unlistedModel } from './unlisted-model.ts';

/** How models are asked whether they are there. */
export interface ReachOptions {
  /** The model's server, for people. */
  readonly addressOf: (model: Model) => string;
  /** How long a server may take to answer, in ms. */
  readonly patienceMs: number;
  /** Whether the name of the model at this place of the team goes to its server as it is, listed or not. */
  readonly isSentAsItIs: (at: number) => boolean;
}

/**
 * Asks the servers of a team, before anything is begun, whether they are there, take the key and have the models. The
 * first model is the overseer: without it nothing can be done; another one that cannot be reached now is a warning, as is
 * one that is sent as it is and not listed, and one whose keys were refused so far while there is another. Warnings are returned. Throws `ModelError`: `model.network` or
 * `model.timeout` for the overseer, `model.auth` and `model.not-found` for any.
 */
export async function reachTeam(
  models: readonly Model[],
  options: ReachOptions,
): Promise<readonly string[]> {
  const answers = await Promise.all(models.map((model, at) => reach(model, at, options)));
  const fatal = answers.find(({ refusal }, at) => refusal !== undefined && isFatal(refusal, at));
  if (fatal?.refusal !== undefined) throw fatal.refusal;
  return answers.flatMap(({ refusal, warning }, at) => {
    if (refusal !== undefined) return [`${models[at]?.info.id} is out for now: ${refusal.message}`];
    return warning === undefined ? [] : [warning];
  });
}

/** What no waiting cures, whoever has it. */
const FATAL: readonly ModelErrorKind[] = ['auth', 'not-found'];

function isFatal({ kind, otherKey }: ModelError, at: number): boolean {
  if (otherKey) return false;
  return at === 0 || FATAL.includes(kind);
}

/** What came of asking for one model; neither where it is there, or where nobody can say. */
interface Answer {
  readonly refusal?: ModelError | undefined;
  readonly warning?: string | undefined;
}

async function reach(model: Model, at: number, options: ReachOptions): Promise<Answer> {
  if (model.list === undefined) return {};
  const signal = AbortSignal.timeout(options.patienceMs);
  try {
    const listed = (await listedBy(model, signal)).map(({ id }) => id);
    const refusal = unlistedModel(model.info, listed, options.isSentAsItIs(at));
    return refusal === undefined ? { warning: warningOf(model, listed, options) } : { refusal };
  } catch (error) {
    // What a server cannot list says nothing about what it can answer.
    return { refusal: refusalOf(error, model, options) };
  }
}

/** How many keys of one model are tried. */
const MAX_KEYS = 8;

/** Asks again where the refusal of a key says that there is another one. */
async function listedBy(model: Model, signal: AbortSignal): Promise<readonly ListedModel[]> {
  for (let tried = 1; ; tried++) {
    try {
      return (await model.list?.({ signal })) ?? [];
    } catch (error) {
      const hasOther = error instanceof ModelError && error.otherKey;
      if (!hasOther || tried === MAX_KEYS) throw error;
    }
  }
}

/** A server may take a name that it does not list; a mistyped one looks the same. */
function warningOf(
  model: Model,
  listed: readonly string[],
  { addressOf }: ReachOptions,
): string | undefined {
  const { id } = model.info;
  if (id === 'default' || unlistedModel(model.info, listed, false) === undefined) return undefined;
  return `${addressOf(model)} lists no ${id}, which is asked for as it is: its first call tells whether there is one.`;
}

function refusalOf(
  error: unknown,
  model: Model,
  { addressOf, patienceMs }: ReachOptions,
): ModelError | undefined {
  if (!OverseerError.is(error) || !('kind' in error)) throw error;
  const { kind } = error;
  const { id, provider } = model.info;
  const address = addressOf(model);
  if (kind === 'timeout') {
    const seconds = patienceMs / 1_000;
    const sentence = `${address} did not answer within ${seconds} s when ${provider}/${id} was looked for; check that the server runs and that the address is right.`;
    return new ModelError('timeout', sentence, { cause: error });
  }
  if (kind === 'network') {
    const sentence = `${address} cannot be reached for ${provider}/${id} (${rootOf(error)}); check that the server runs and that the address is right.`;
    return new ModelError('network', sentence, { cause: error });
  }
  return kind === 'auth'
    ? new ModelError('auth', `${error.message}.`, {
        cause: error,
        otherKey: error instanceof ModelError && error.otherKey,
      })
    : undefined;
}

/** What the socket said, without what others said about it. */
function rootOf(error: unknown): string {
  let root = error;
  while (root instanceof Error && root.cause instanceof Error) root = root.cause;
  return root instanceof Error ? root.message : String(root);
}
