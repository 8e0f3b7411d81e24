import { ModelError } from '@overseer/core/plugin';
import { type HostTurn, takeTurn } from './host-turns.ts';

/** A call's place at a server where models take turns: taken at most once, and given back when the call is over. */
export interface Place {
  /** Resolves when the model has the server; tells whether another had it before. Throws `ModelError`, `aborted` where the call is over. */
  take(model: string): Promise<{ readonly switched: boolean }>;
  end(): void;
}

/** Makes a place that is not taken yet. */
export function createPlace(server: string, where: string): Place {
  let turn: HostTurn | undefined;
  let over = false;
  return {
    take: (model) => {
      if (over) return Promise.reject(givenUp(where));
      turn = takeTurn(server, model);
      return turn.begun;
    },
    end: () => {
      over = true;
      turn?.end();
    },
  };
}

function givenUp(where: string): ModelError {
  return new ModelError('aborted', `${where}: the call was given up before its turn had come`);
}
