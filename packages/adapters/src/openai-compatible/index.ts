/**
 * Models on any server that speaks OpenAI's chat completions, over our own wire code.
 *
 * @packageDocumentation
 */

export type { TakenFiles } from '../internal/openai-files.ts';
export { type OpenAiCompatibleOptions, openaiCompatible } from './openai-compatible.ts';
export { PRESETS, type PresetName, type ServerPreset, type ServerQuirks } from './presets.ts';
