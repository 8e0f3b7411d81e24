import { open } from 'node:fs/promises';
import { ModelError } from '@overseer/core/plugin';

/** The newest version of the format that this build of llama.cpp reads. */
const NEWEST = 3;
const HEAD_BYTES = 24;

/**
 * Looks whether a file can be a model at all. Throws `ModelError`: `not-found` where there is none or it cannot be read,
 * `invalid` where it is no GGUF file or is cut off, `unsupported` where its version is unknown.
 */
export async function checkGgufFile(path: string): Promise<void> {
  const head = await readHead(path);
  if (head.subarray(0, 4).toString('latin1') !== 'GGUF') {
    const seen = head.subarray(0, 4).toString('hex');
    throw new ModelError(
      'invalid',
      `${path} is no GGUF file: it begins with ${seen === '' ? 'nothing' : seen}, and not with "GGUF"; download the .gguf file itself`,
    );
  }
  if (head.length < HEAD_BYTES) {
    throw new ModelError('invalid', `${path} is cut off in its header; download it again`);
  }
  const version = head.readUInt32LE(4);
  if (version < 1 || version > NEWEST) {
    const what = `${path} has version ${version} of the GGUF format, and 1 to ${NEWEST} can be read; update node-llama-cpp, or use an older file of the model`;
    throw new ModelError('unsupported', what);
  }
}

async function readHead(path: string): Promise<Buffer> {
  try {
    await using file = await open(path);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

function unreadable(path: string, cause: unknown): ModelError {
  const code = String((cause as { readonly code?: unknown }).code);
  const why = code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${code})`;
  return new ModelError('not-found', `${path}: ${why}; correct the path`, { cause });
}
