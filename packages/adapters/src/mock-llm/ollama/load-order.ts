import { aboutModel, type Question, type Told } from '../endpoint.ts';
import { asList, asText } from '../json-reader.ts';
import { bringIntoMemory, keepFor, putOut, waitForMemory } from '../memory.ts';
import { plainName } from './names.ts';
import { ollamaWire } from './wire.ts';

/** A request without messages or prompt loads its model; with `keep_alive` of 0 it unloads it. */
export function loadOrder(question: Question, empty: object): Told | undefined {
  const { body, catalogue, now } = question;
  if (asList(body['messages']).length > 0 || asText(body['prompt']) !== '') return undefined;
  const model = asText(body['model']);
  if (model === '') return undefined;
  let afterMs = 0;
  const told = aboutModel(question, ollamaWire, plainName(model), (entry) => {
    const unload = body['keep_alive'] === 0 || body['keep_alive'] === '0';
    if (unload) putOut(entry);
    else {
      bringIntoMemory(catalogue, entry, now, 'ollama-chat');
      keepFor(entry, body, now);
      afterMs = waitForMemory(entry, now);
    }
    const done_reason = unload ? 'unload' : 'load';
    return { model, created_at: new Date(now).toISOString(), ...empty, done: true, done_reason };
  });
  return told.kind === 'told' ? { ...told, afterMs } : told;
}
