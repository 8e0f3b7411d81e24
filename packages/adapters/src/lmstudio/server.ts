import type { Clock } from '@overseer/core/plugin';
import type { CallContext, ModelEvent } from '@overseer/core/spec';
import { Catalogue, chooseModel } from '../internal/catalogue.ts';
import type { HttpClient } from '../internal/http-client.ts';
import { listLmStudio } from './list-models.ts';
import { type LoadOptions, loadModel, unloadModel } from './loader.ts';
import type { LmStudioModel } from './read-models.ts';
import { joinLoad } from './shared-loads.ts';

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
  options: LoadOptions & { readonly clock: Clock },
): LmStudioServer {
  const catalogue = new Catalogue<LmStudioModel>(where, options.clock, (ctx) =>
    listLmStudio(client, where, ctx),
  );
  const bring = async (id: string, ctx: CallContext): Promise<void> => {
    await joinLoad(client.origin, id, ctx.signal, (signal) =>
      loadModel(client, id, options, where, { ...ctx, signal }),
    );
    catalogue.forget();
  };
  const unload = async (model: LmStudioModel, ctx: CallContext): Promise<void> => {
    await unloadModel(client, model, where, ctx);
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
      const model = chooseModel(await catalogue.ask(ctx), name);
      if (isAsWanted(model, options)) return;
      if (model.instances.length > 0) await unload(model, ctx);
      await bring(model.id, ctx);
    },
    unload: async (ctx) => unload(chooseModel(await catalogue.ask(ctx), name), ctx),
    forget: () => catalogue.forget(),
  };
  return server;
}

/** In memory, with a window of at least what is wanted; one that cannot be told is taken as it is. */
function isAsWanted(model: LmStudioModel, { contextLength = 0 }: LoadOptions): boolean {
  return model.state === 'ready' && (model.contextWindow ?? contextLength) >= contextLength;
}
