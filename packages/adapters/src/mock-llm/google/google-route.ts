import type { JsonObject } from '@overseer/core/spec';
import type { Dialect } from '../dialect.ts';
import { googleContent } from './content.ts';
import { googleEmbeddings } from './embeddings.ts';

/** The dialect of a path that names a model and what it is asked for, and what the path says beside the body. */
export function googleRoute(
  path: string,
): { readonly dialect: Dialect; readonly inPath: JsonObject } | undefined {
  const [, id, method] = MODEL_METHOD.exec(path) ?? [];
  const dialect = DIALECTS.get(method ?? '');
  if (id === undefined || dialect === undefined) return undefined;
  const inPath = { model: decodeURIComponent(id), stream: method === 'streamGenerateContent' };
  return { dialect, inPath };
}

const MODEL_METHOD = /^\/v1(?:alpha|beta)?\/(?:models\/)?([^:]+):(\w+)$/;

const DIALECTS: ReadonlyMap<string, Dialect> = new Map([
  ['generateContent', googleContent],
  ['streamGenerateContent', googleContent],
  ['embedContent', googleEmbeddings],
  ['batchEmbedContents', googleEmbeddings],
]);
