import { OverseerError } from './overseer-error.ts';

/** A tool could not do what it was asked; the model reads the sentence and may try otherwise. Codes start with `tool.`. */
export class ToolError extends OverseerError {
  static {
    ToolError.prototype.name = 'ToolError';
  }
}
