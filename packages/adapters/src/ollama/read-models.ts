import { defined } from '@overseer/core/plugin';
import type { LocalModel } from '../internal/catalogue.ts';
import { field, numberField, textField } from '../internal/fields.ts';

/** What Ollama tells of one model. */
export interface ShownModel {
  /** The largest window that it was made for. */
  readonly contextWindow: number | undefined;
  /** `undefined` where the server does not say. */
  readonly capabilities: ReadonlySet<string> | undefined;
}

/** Reads `GET /api/tags` and `GET /api/ps`: what is on disk, and what of it is in memory and with which window, where that is told. */
export function readModels(tags: unknown, loaded: unknown): readonly LocalModel[] {
  const windows = new Map(
    entriesOf(loaded).map((entry) => [nameOf(entry), numberField(entry, 'context_length')]),
  );
  const elsewhere = loaded === undefined ? undefined : ('cold' as const);
  return entriesOf(tags).flatMap((entry) => {
    const id = nameOf(entry);
    if (id === undefined) return [];
    const contextWindow = windows.get(id);
    return [
      {
        id,
        chat: !/bert|embed/.test(`${textField(field(entry, 'details'), 'family') ?? ''} ${id}`),
        ...defined({ state: windows.has(id) ? ('ready' as const) : elsewhere, contextWindow }),
      },
    ];
  });
}

/** Reads `POST /api/show`. The window stands under the name of the model's architecture. */
export function readShown(answer: unknown): ShownModel {
  const told = field(answer, 'model_info');
  const architecture = textField(told, 'general.architecture');
  const listed = field(answer, 'capabilities');
  return {
    contextWindow: numberField(told, `${architecture}.context_length`),
    capabilities: Array.isArray(listed) ? new Set(listed.map(String)) : undefined,
  };
}

function entriesOf(answer: unknown): readonly unknown[] {
  const list = field(answer, 'models');
  return Array.isArray(list) ? list : [];
}

function nameOf(entry: unknown): string | undefined {
  return textField(entry, 'model') ?? textField(entry, 'name');
}
