import type {
  LanguageModelV4Content,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamPart,
} from '@ai-sdk/provider';
import { ModelError } from '@overseer/core/plugin';

/** A whole answer as the AI SDK has it, without what is known of its request. */
export type WholeAnswer = Pick<
  LanguageModelV4GenerateResult,
  'content' | 'finishReason' | 'usage' | 'providerMetadata'
>;

/** Puts the parts of a stream together. */
export function wholeAnswer(
  parts: readonly LanguageModelV4StreamPart[],
  where: string,
): WholeAnswer {
  const finish = parts.find((part) => part.type === 'finish');
  // Cannot be: guard() ends with a finish or throws. The check keeps the types honest.
  if (finish === undefined) throw new ModelError('interrupted', `${where}: no end came`);
  const { finishReason, usage, providerMetadata } = finish;
  const texts = new Map<string, string>();
  return {
    content: parts.flatMap((part) => contentOf(part, texts)),
    finishReason,
    usage,
    ...(providerMetadata === undefined ? {} : { providerMetadata }),
  };
}

function contentOf(
  part: LanguageModelV4StreamPart,
  texts: Map<string, string>,
): readonly LanguageModelV4Content[] {
  switch (part.type) {
    case 'text-delta':
    case 'reasoning-delta':
      texts.set(part.id, (texts.get(part.id) ?? '') + part.delta);
      return [];
    case 'text-end':
    case 'reasoning-end': {
      const { providerMetadata } = part;
      const own = providerMetadata === undefined ? {} : { providerMetadata };
      const type = part.type === 'text-end' ? 'text' : 'reasoning';
      return [{ type, text: texts.get(part.id) ?? '', ...own }];
    }
    case 'tool-call':
    case 'file':
    case 'custom':
      return [part];
    default:
      return [];
  }
}
