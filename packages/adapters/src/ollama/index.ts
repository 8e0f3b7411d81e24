/**
 * Models in Ollama, over its own chat API.
 *
 * @packageDocumentation
 */
export { type OllamaOptions, ollama } from './ollama.ts';
