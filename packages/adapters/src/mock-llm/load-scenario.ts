import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { ConfigError } from '@overseer/core/plugin';
import { z } from 'zod';
import type { MockScenario } from './scenario.ts';
import { scenarioFrom } from './scenario-json.ts';

/** The scenario that a module exports as `scenario`, or a file of JSON (`.json`) is. Throws `ConfigError` where there is none. */
export async function loadScenario(path: string): Promise<MockScenario> {
  if (path.endsWith('.json')) return readScenario(path);
  const exports = await importModule(path);
  const scenario = exports['scenario'];
  if (isScenario(scenario)) return scenario;
  const sentence = `The module ${path} exports no mock scenario; export a const named scenario with a list of models and a list of rules.`;
  throw new ConfigError('config.mock-scenario', sentence);
}

function readScenario(path: string): MockScenario {
  try {
    return scenarioFrom(JSON.parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

function unreadable(path: string, cause: unknown): ConfigError {
  const [issue] = cause instanceof z.ZodError ? cause.issues : [];
  const why = cause instanceof Error ? cause.message : String(cause);
  const what = issue === undefined ? why : `${issue.path.join('.') || 'it'}: ${issue.message}`;
  return new ConfigError('config.mock-scenario', `The scenario ${path} cannot be used: ${what}`, {
    cause,
  });
}

async function importModule(path: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return await import(pathToFileURL(path).href);
  } catch (cause) {
    throw unloadable(path, cause);
  }
}

function unloadable(path: string, cause: unknown): ConfigError {
  const why = cause instanceof Error ? cause.message : String(cause);
  const sentence = `The scenario module ${path} cannot be loaded: ${why}`;
  return new ConfigError('config.mock-scenario', sentence, { cause });
}

function isScenario(value: unknown): value is MockScenario {
  if (typeof value !== 'object' || value === null) return false;
  const { models, rules } = value as Partial<Record<keyof MockScenario, unknown>>;
  return (
    Array.isArray(models) &&
    models.every((model) => typeof model?.id === 'string') &&
    Array.isArray(rules) &&
    rules.every((rule) => typeof rule?.name === 'string' && rule.reply !== undefined)
  );
}
