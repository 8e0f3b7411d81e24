import { defined } from '@overseer/core/plugin';
import type {
  FilePart,
  Json,
  Message,
  ModelRequest,
  ModelWarning,
  Part,
} from '@overseer/core/spec';
import type { EngineRequest } from '../engine/engine-model.ts';
import { decodeText } from '../internal/base64.ts';
import { isText, leftOut } from '../internal/file-text.ts';
import { type FilePlaces, placeFiles } from '../internal/place-files.ts';
import type { GgufPiece, GgufRequest, GgufTurn } from './gguf-request.ts';
import { grammarSchema } from './grammar-schema.ts';

/** Translates a request; what the engine cannot do becomes a warning. */
export function writeGgufRequest(request: ModelRequest): EngineRequest {
  const warnings: ModelWarning[] = [];
  const tools = chosenTools(request, warnings);
  const { output, maxTokens, temperature, topP, seed } = request;
  if (output !== undefined && tools.length > 0) {
    const detail = 'an answer that may call tools cannot be held to JSON as well';
    warnings.push({ kind: 'unsupported', what: 'output', detail });
  }
  const { schema } = output ?? {};
  const schemas = tools.length > 0 ? tools.map(({ input }) => input) : [schema ?? {}];
  const dropped = new Set(schemas.flatMap((one) => grammarSchema(one, 'written').dropped));
  if (dropped.size > 0) {
    const detail = `not held to: ${[...dropped].join(', ')}`;
    warnings.push({ kind: 'adjusted', what: 'schema', detail });
  }
  const written: GgufRequest = {
    turns: turnsOf(placeFiles(request.messages, PLACES, warnings), warnings),
    tools,
    stop: request.stop ?? [],
    ...(output === undefined || tools.length > 0 ? {} : { json: defined({ schema }) }),
    ...defined({ maxTokens, temperature, topP, seed, thought: thoughtOf(request, warnings) }),
  };
  return { request: JSON.parse(JSON.stringify(written)), warnings };
}

const PLACES: FilePlaces = { who: 'this engine takes', notIn: new Set(['assistant', 'tool']) };

function chosenTools(request: ModelRequest, warnings: ModelWarning[]): GgufRequest['tools'] {
  const { toolChoice: choice = 'auto', tools = [] } = request;
  if (choice === 'none') return [];
  if (choice !== 'auto' && tools.length > 0) {
    const detail = 'the model chooses itself whether it calls a tool';
    warnings.push({ kind: 'unsupported', what: 'toolChoice', detail });
  }
  const offered =
    typeof choice === 'object' ? tools.filter(({ name }) => name === choice.tool) : tools;
  return offered.map(({ name, description, input }) => ({
    name,
    input,
    ...defined({ description }),
  }));
}

function thoughtOf({ effort }: ModelRequest, warnings: ModelWarning[]): number | undefined {
  if (effort === undefined) return undefined;
  if (effort === 'none') return 0;
  warnings.push({ kind: 'unsupported', what: 'effort', detail: 'only `none` is heeded' });
  return undefined;
}

/** All that a model said and did between two turns of others is one turn. */
function turnsOf(messages: readonly Message[], warnings: ModelWarning[]): readonly GgufTurn[] {
  const results = resultsOf(messages);
  const turns: { role: GgufTurn['role']; text: string; pieces: GgufPiece[] }[] = [];
  for (const { role, parts } of messages) {
    if (role === 'tool') continue;
    if (role !== 'assistant') {
      turns.push({ role, text: textOf(parts, warnings), pieces: [] });
      continue;
    }
    const last = turns.at(-1);
    const turn = last?.role === 'model' ? last : { role: 'model' as const, text: '', pieces: [] };
    if (turn !== last) turns.push(turn);
    turn.pieces.push(...piecesOf(parts, results));
  }
  return turns.map(({ role, text, pieces }) =>
    role === 'model' ? { role, pieces } : { role, text },
  );
}

function resultsOf(messages: readonly Message[]): ReadonlyMap<string, Json> {
  return new Map(
    messages.flatMap(({ parts }) =>
      parts.flatMap((part) => {
        if (part.type !== 'tool-result') return [];
        const { id, output, isError } = part;
        return [[id, isError === true ? { error: output } : output] as const];
      }),
    ),
  );
}

function piecesOf(
  parts: readonly Part[],
  results: ReadonlyMap<string, Json>,
): readonly GgufPiece[] {
  return parts.flatMap((part): readonly GgufPiece[] => {
    if (part.type === 'text') return [{ text: part.text }];
    if (part.type !== 'tool-call') return [];
    return [{ call: part.name, input: part.input, result: results.get(part.id) ?? null }];
  });
}

function textOf(parts: readonly Part[], warnings: ModelWarning[]): string {
  return parts
    .flatMap((part) => {
      if (part.type === 'text') return [part.text];
      return part.type === 'file' ? [fileText(part, warnings)] : [];
    })
    .join('\n\n');
}

function fileText(part: FilePart, warnings: ModelWarning[]): string {
  if (isText(part)) return decodeText(part.data);
  return leftOut(part, (file) => `${file} was left out: this engine reads text`, warnings);
}
