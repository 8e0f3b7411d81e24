import { ollama } from '@overseer/adapters/ollama';
import { openaiCompatible } from '@overseer/adapters/openai-compatible';
import type { ProjectTeam } from '@overseer/core';
import type { Model } from '@overseer/core/spec';
import type { StackSettings } from './settings.ts';

/** The models of the stack under the names that they have everywhere in it. */
export function stackModels({
  models,
  baseURL,
  server,
  apiKey,
  contextWindow,
}: StackSettings): Readonly<Record<string, Model>> {
  const create = server === 'ollama' ? ollama : openaiCompatible;
  const options = {
    baseURL,
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(contextWindow === undefined ? {} : { contextWindow }),
  };
  return Object.fromEntries(models.map((name) => [name, create(name, options)]));
}

/** The team of every project: the same on all nodes, with all calls made by workers. */
export function stackTeam(settings: StackSettings): ProjectTeam {
  const [overseer = ''] = settings.models;
  const entries = Object.entries(stackModels(settings));
  return {
    overseer,
    healing: true,
    models: Object.fromEntries(entries.map(([name, model]) => [name, { model, workers: true }])),
  };
}
