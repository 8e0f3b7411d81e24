import type {
  LanguageModelV2CallWarning,
  SharedV3Warning,
  SharedV4Warning,
} from '@ai-sdk/provider';
import type { ModelWarning } from '@overseer/core/spec';

/** What of a request an AI SDK model left out or changed, as ours. */
export function ourWarning(
  warning: LanguageModelV2CallWarning | SharedV3Warning | SharedV4Warning,
): ModelWarning {
  switch (warning.type) {
    case 'unsupported':
      return { kind: 'unsupported', what: warning.feature, ...detailOf(warning) };
    case 'compatibility':
      return { kind: 'adjusted', what: warning.feature, ...detailOf(warning) };
    case 'unsupported-setting':
      return { kind: 'unsupported', what: String(warning.setting), ...detailOf(warning) };
    case 'unsupported-tool':
      return { kind: 'unsupported', what: `tool ${warning.tool.name}`, ...detailOf(warning) };
    case 'deprecated':
      return { kind: 'other', what: warning.setting, detail: warning.message };
    case 'other':
      return { kind: 'other', what: warning.message };
  }
}

/** The same in their words. */
export function theirWarning({ kind, what, detail }: ModelWarning): SharedV4Warning {
  if (kind === 'other') {
    return { type: 'other', message: detail === undefined ? what : `${what}: ${detail}` };
  }
  const type = kind === 'unsupported' ? 'unsupported' : 'compatibility';
  return { type, feature: what, ...(detail === undefined ? {} : { details: detail }) };
}

function detailOf({ details }: { readonly details?: string | undefined }): {
  readonly detail?: string;
} {
  return details === undefined ? {} : { detail: details };
}
