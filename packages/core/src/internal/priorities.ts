import type { Priority } from '../spec/task.ts';
import { requireKnown } from './require-known.ts';

/** Every priority, highest first. */
export const PRIORITIES: readonly Priority[] = ['critical', 'high', 'medium', 'low'];

/** Whether it is the word of a priority. */
export function isPriority(word: unknown): word is Priority {
  return PRIORITIES.includes(word as Priority);
}

/** Throws `ConfigError` `config.priority` for a word that is the name of no priority. */
export function requirePriority(word: unknown): void {
  requireKnown('priority', String(word), PRIORITIES, 'config.priority');
}

/** The priority of something recorded: a word that is none, as an older journal may have, counts as `medium`. */
export function knownPriority(word: Priority): Priority {
  return isPriority(word) ? word : 'medium';
}
