import type { JsonObject, ModelRequest, ModelWarning } from '@overseer/core/spec';
import { takenSchema } from '../internal/normalise-schema.ts';
import { type FilePlaces, placeFiles } from '../internal/place-files.ts';
import { placeSystem, type SystemPlaces } from '../internal/place-system.ts';
import { takenStops } from '../internal/taken-stops.ts';
import { PROVIDER } from './google-parts.ts';
import { GOOGLE_SCHEMA } from './google-schema.ts';
import { googleTurns } from './google-turns.ts';
import { thinkingConfig } from './thinking-config.ts';

/** A request as Google's, and what of ours it cannot carry. */
export interface GoogleRequest {
  readonly body: JsonObject;
  readonly warnings: readonly ModelWarning[];
}

const WHO = "Google's models take";
const PLACES: FilePlaces = { who: WHO, notIn: new Set(['system']) };
const STOPS = { who: "Google's models", most: 5 };
const SYSTEM_PLACES: SystemPlaces = { who: WHO, late: 'front' };

/** Writes a request for content. */
export function googleRequest(model: string, request: ModelRequest): GoogleRequest {
  const warnings: ModelWarning[] = [];
  const { generationConfig: ownConfig, ...own } = request.options?.[PROVIDER] ?? {};
  const inPlaces = placeSystem(request.messages, SYSTEM_PLACES, warnings);
  const messages = placeFiles(inPlaces, PLACES, warnings);
  const system = messages
    .filter(({ role }) => role === 'system')
    .flatMap(({ parts }) =>
      parts.flatMap((part) => (part.type === 'text' && part.text !== '' ? [part.text] : [])),
    );
  const generationConfig = {
    ...settings(model, request, warnings),
    ...(ownConfig as JsonObject | undefined),
  };
  const body = {
    contents: googleTurns(model, messages, warnings),
    ...(system.length === 0
      ? {}
      : { systemInstruction: { parts: system.map((text) => ({ text })) } }),
    ...toolFields(request, warnings),
    ...(Object.keys(generationConfig).length === 0 ? {} : { generationConfig }),
    ...own,
  };
  return { body, warnings };
}

function settings(model: string, request: ModelRequest, warnings: ModelWarning[]): JsonObject {
  const { maxTokens, temperature, topP, seed } = request;
  const stop = takenStops(request, STOPS, warnings);
  const thinking = thinkingConfig(model, request.effort, warnings);
  return {
    ...(maxTokens === undefined ? {} : { maxOutputTokens: maxTokens }),
    ...(temperature === undefined ? {} : { temperature }),
    ...(topP === undefined ? {} : { topP }),
    ...(stop === undefined ? {} : { stopSequences: stop }),
    ...(seed === undefined ? {} : { seed }),
    ...outputFields(model, request, warnings),
    ...(thinking === undefined ? {} : { thinkingConfig: thinking }),
  };
}

/** Models before the third generation refuse JSON beside tools. */
function outputFields(model: string, request: ModelRequest, warnings: ModelWarning[]): JsonObject {
  const { output, tools = [] } = request;
  if (output === undefined) return {};
  if (tools.length > 0 && /(^|\/)gemini-[12]\b/.test(model)) {
    const detail = `${model} gives no JSON beside tools; it is asked for in words alone`;
    warnings.push({ kind: 'unsupported', what: 'output', detail });
    return {};
  }
  const format = { responseMimeType: 'application/json' };
  if (output.schema === undefined) return format;
  return {
    ...format,
    responseJsonSchema: takenSchema(output.schema, GOOGLE_SCHEMA, 'output schema', warnings),
  };
}

function toolFields(request: ModelRequest, warnings: ModelWarning[]): JsonObject {
  const tools = request.tools ?? [];
  if (tools.length === 0) return {};
  const functionDeclarations = tools.map(({ name, description, input }) => ({
    name,
    ...(description === undefined ? {} : { description }),
    ...(takesNothing(input)
      ? {}
      : { parametersJsonSchema: takenSchema(input, GOOGLE_SCHEMA, `input of ${name}`, warnings) }),
  }));
  const functionCallingConfig = calling(request);
  return {
    tools: [{ functionDeclarations }],
    ...(functionCallingConfig === undefined ? {} : { toolConfig: { functionCallingConfig } }),
  };
}

/** Google wants no schema of an input that has no properties. */
function takesNothing(input: JsonObject): boolean {
  const { properties = {} } = input;
  return input['type'] === 'object' && Object.keys(properties as JsonObject).length === 0;
}

/** A tool that is strict has its calls held to their schemas, which is a mode of all. */
function calling({ tools = [], toolChoice = 'auto' }: ModelRequest): JsonObject | undefined {
  if (typeof toolChoice !== 'string') {
    return { mode: 'ANY', allowedFunctionNames: [toolChoice.tool] };
  }
  if (toolChoice === 'required') return { mode: 'ANY' };
  if (toolChoice === 'none') return { mode: 'NONE' };
  return tools.some(({ strict }) => strict === true) ? { mode: 'VALIDATED' } : undefined;
}
