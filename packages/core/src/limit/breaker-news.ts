import type { EventData } from '../spec/event.ts';
import { isAnyOpen, openNews, type Passed } from './passed-breakers.ts';

/** Something that breakers guard, as it stands. */
export interface Looked {
  readonly passed: readonly Passed[];
  /** Whether it was seen to work since it was last left alone. */
  readonly answers: boolean;
}

/** That a key is left alone, or used again. */
type News = Omit<EventData['key.changed'], 'keyName'>;

/** What was told of keys that are left alone and used again, and what is still to be told. */
export class BreakerNews {
  /** Those that were said to be left alone. */
  readonly #told = new Set<string>();
  #hasChanged = false;

  /** A breaker may have opened or closed. */
  change(): void {
    this.#hasChanged = true;
  }

  /** Whether `find` may find anything. */
  get mayHaveChanged(): boolean {
    return this.#hasChanged;
  }

  /** What went down or came up of these and nobody was told. Short pauses of what is busy are no news. */
  find<T>(
    names: () => Iterable<readonly [name: string, of: T]>,
    look: (of: T) => Looked,
  ): readonly { readonly of: T; readonly data: News }[] {
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

function newsOf({ passed, answers }: Looked, wasTold: boolean): News | undefined {
  if (!wasTold) {
    const open = openNews(passed);
    return open === undefined ? undefined : { state: 'down', ...open };
  }
  if (isAnyOpen(passed)) return undefined;
  const because = answers ? 'it answers again' : 'it may be mended, and is tried anew';
  return { state: 'up', because };
}
