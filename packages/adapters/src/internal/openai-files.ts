import type { FilePart, Json, ModelWarning } from '@overseer/core/spec';
import { decodeText } from './base64.ts';
import { isText, isUrl, leftOut } from './file-text.ts';

/**
 * Which files a server of chat completions takes beside texts: `all`, `media` (images and sounds), or `image-bytes` (images,
 * but none by their addresses).
 */
export type TakenFiles = 'all' | 'media' | 'image-bytes';

/** A file of a user as a piece of content; one that the server does not take becomes a note in its place, and a warning. */
export function openAiFile(part: FilePart, takes: TakenFiles, warnings: ModelWarning[]): Json {
  const { mediaType } = part;
  if (mediaType.startsWith('image/')) return image(part, takes) ?? note(part, takes, warnings);
  const piece = isUrl(part.data) ? undefined : bytes(part, takes);
  return piece ?? note(part, takes, warnings);
}

function image({ mediaType, data }: FilePart, takes: TakenFiles): Json | undefined {
  if (!isUrl(data))
    return { type: 'image_url', image_url: { url: `data:${mediaType};base64,${data}` } };
  return takes === 'image-bytes' ? undefined : { type: 'image_url', image_url: { url: data } };
}

function bytes(part: FilePart, takes: TakenFiles): Json | undefined {
  const { mediaType, data, name = 'file' } = part;
  const audio = /^audio\/(?:x-)?(wav|mp3|mpeg)$/.exec(mediaType)?.[1];
  if (audio !== undefined && takes !== 'image-bytes') {
    return { type: 'input_audio', input_audio: { data, format: audio === 'mpeg' ? 'mp3' : audio } };
  }
  if (isText(part)) return { type: 'text', text: decodeText(data) };
  if (takes !== 'all') return undefined;
  return { type: 'file', file: { filename: name, file_data: `data:${mediaType};base64,${data}` } };
}

/** What a server takes, in words. */
const SAID: Readonly<Record<TakenFiles, string>> = {
  all: 'given as a URL, which chat completions take for images only; give its bytes',
  media: 'none of the images, sounds (wav or mp3, by their bytes) and texts that this server takes',
  'image-bytes': 'none of the images and texts that this server takes by their bytes',
};

function note(part: FilePart, takes: TakenFiles, warnings: ModelWarning[]): Json {
  const text = leftOut(part, (file) => `${file} is ${SAID[takes]}`, warnings);
  return { type: 'text', text };
}
