import type { Environment } from './environment.ts';
import type { ModelFlags } from './model-flags.ts';

/**
 * The servers that flags and variables lead to, each as `provider:name` of some model of it: those of the models that are named, that
 * of a base URL, or else all that the variables know, and LM Studio where it is by itself. Pure.
 */
export function sourcesOf({ model, baseUrl }: ModelFlags, env: Environment): readonly string[] {
  if (model.length > 0) return model;
  const has = (name: string): boolean => (env[name] ?? '') !== '';
  if (baseUrl !== undefined) return ['server:default'];
  return [
    'lmstudio:default',
    ...(has('OLLAMA_HOST') ? ['ollama:default'] : []),
    ...(has('OPENAI_API_BASE') ? ['server:default'] : []),
    ...(has('OPENAI_API_KEY') && !has('OPENAI_API_BASE') ? ['openai:default'] : []),
    ...(has('ANTHROPIC_API_KEY') ? ['anthropic:default'] : []),
  ];
}
