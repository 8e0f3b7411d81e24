import type { Clock } from '@overseer/core/plugin';
import type { CallContext, ModelEvent } from '@overseer/core/spec';
import { Catalogue, chooseModel } from '../internal/catalogue.ts';
import type { HttpClient } from '../internal/http-client.ts';
import { type Limits, withinTime } from '../internal/within-time.ts';
import { listLmStudio } from './list-models.ts';
import { type LoadOptions, loadModel, unloadModel } from './loader.ts';
import type { LmStudioModel } from './read-models.ts';
import { joinLoad } from './shared-loads.ts';

/** One load of somebody else's, and one of its own. */
const MOST_LOADS = 2;

/** What one LM Studio has and can be told, for the model of one name. */
export interface LmStudioServer {
  /** The name to send, where it is known without asking that the model is in memory, and stays there. */
  readyName(): string | undefined;
  /** The model of the name. Throws `ModelError`. */
  find(ctx: CallContext): Promise<LmStudioModel>;
  /** The same, loaded where it was not in memory. Throws `ModelError`. */
  warm(ctx: CallContext, emit: (event: ModelEvent) => void): Promise<LmStudioModel>;
  list(ctx: CallContext): Promise<readonly LmStudioModel[]>;
  /** Has the model in memory, and with the window that is wanted, whatever was there before. Throws `ModelError`. */
  load(ctx: CallContext): Promise<void>;
  unload(ctx: CallContext): Promise<void>;
  /** Forgets what is known, because it has turned out to be otherwise. */
  forget(): void;
}

/** Asks an LM Studio about the model of one name; its list is kept for 60 s. */
export function createServer(
  client: HttpClient,
  name: string,
  where: string,
  options: LoadOptions & { readonly clock: Clock; readonly limits: Limits },
): LmStudioServer {
  const { limits } = options;
  const catalogue = new Catalogue<LmStudioModel>(limits.list, options.clock, (ctx) =>
    listLmStudio(client, where, ctx),
  );
  const bring = async (id: string, ctx: CallContext): Promise<void> => {
    await joinLoad(client.origin, id, limits.load, ctx.signal, (signal) =>
      loadModel(client, id, options, where, { ...ctx, signal }),
    );
    catalogue.forget();
  };
  /** One that is in memory with too small a window goes before it comes: within one load, as another would take out what this brings. */
  const bringAnew = async (id: string, ctx: CallContext): Promise<'own' | 'joined'> => {
    let whose: 'own' | 'joined' = 'joined';
    await joinLoad(client.origin, id, limits.load, ctx.signal, async (signal) => {
      whose = 'own';
      const inside = { ...ctx, signal };
      // Whoever was at it before may have brought it meanwhile.
      const model = chooseModel(await catalogue.ask(inside), id);
      if (isAsWanted(model, options)) return;
      if (model.instances.length > 0) await unloadModel(client, model, where, inside);
      await loadModel(client, id, options, where, inside);
    });
    catalogue.forget();
    return whose;
  };
  const unload = async (model: LmStudioModel, ctx: CallContext): Promise<void> => {
    await withinTime(ctx, limits.unload, (bounded) => unloadModel(client, model, where, bounded));
    catalogue.forget();
  };
  const server: LmStudioServer = {
    readyName: () => {
      const known = catalogue.known();
      if (known === undefined) return undefined;
      const model = known.get(name) ?? (name === 'default' ? chooseModel(known, name) : undefined);
      return model?.loadsByOrder === true && model.state !== 'cold' ? model.id : undefined;
    },
    find: async (ctx) => chooseModel(catalogue.known() ?? (await catalogue.ask(ctx)), name),
    warm: async (ctx, emit) => {
      const model = await server.find(ctx);
      if (model.state === 'cold') {
        emit({ type: 'progress', phase: 'load' });
        await bring(model.id, ctx);
      }
      return model;
    },
    list: async (ctx) => [...(await catalogue.ask(ctx)).values()],
    load: async (ctx) => {
      // A load that was joined may have been somebody else's, for a smaller window.
      for (let load = 0; load < MOST_LOADS; load++) {
        const model = chooseModel(await catalogue.ask(ctx), name);
        if (isAsWanted(model, options) || (await bringAnew(model.id, ctx)) === 'own') return;
      }
    },
    unload: async (ctx) => unload(chooseModel(await catalogue.ask(ctx), name), ctx),
    forget: () => catalogue.forget(),
  };
  return server;
}

/** In memory, with a window of at least what is wanted; one that cannot be told is taken as it is. */
function isAsWanted(model: LmStudioModel, { contextWindow = 0 }: LoadOptions): boolean {
  return model.state === 'ready' && (model.contextWindow ?? contextWindow) >= contextWindow;
}
