import type { EventData } from '../spec/event.ts';
import { isShut, openNews, type PassedBreakers } from './passed-breakers.ts';

/** Something that breakers guard, as it stands. */
export interface Looked {
  readonly passed: PassedBreakers;
  /** Whether it was seen to work since it was last left alone. */
  readonly answers: boolean;
}

/** What was told of models or keys that went down and came up, and what is still to be told. */
export class BreakerNews {
  /** Those that were said to be down. */
  readonly #told = new Set<string>();
  #hasChanged = false;

  /** A breaker may have opened or closed. */
  change(): void {
    this.#hasChanged = true;
  }

  /** What went down or came up of these and nobody was told. Short pauses of what is busy are no news. */
  find<T>(
    names: () => Iterable<readonly [name: string, of: T]>,
    look: (of: T) => Looked,
  ): readonly { readonly of: T; readonly data: EventData['model.changed'] }[] {
    if (!this.#hasChanged) return [];
    const news = [...names()].flatMap(([name, of]) => {
      const data = newsOf(look(of), this.#told.has(name));
      return data === undefined ? [] : [{ of, data }];
    });
    this.#hasChanged = news.length > 0;
    return news;
  }

  /** What `find` found was told. */
  tell(name: string, state: 'up' | 'down'): void {
    if (state === 'down') this.#told.add(name);
    else this.#told.delete(name);
  }

  /** Nothing more is told of one that is gone. */
  forget(name: string): void {
    this.#told.delete(name);
  }
}

function newsOf(
  { passed, answers }: Looked,
  wasTold: boolean,
): EventData['model.changed'] | undefined {
  if (!wasTold) {
    const open = openNews(passed);
    return open === undefined ? undefined : { state: 'down', ...open };
  }
  if (isShut(passed)) return undefined;
  const because = answers ? 'it answers again' : 'it may be mended, and is tried anew';
  return { state: 'up', because };
}
