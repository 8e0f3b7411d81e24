import { OverseerError } from './overseer-error.ts';

/** The configuration or a command line is wrong: says where, and what would be right. Codes start with `config.`. */
export class ConfigError extends OverseerError {
  static {
    ConfigError.prototype.name = 'ConfigError';
  }
}
