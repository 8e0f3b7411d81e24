import type { OverseerOptions } from './options.ts';

/** What `createCustodian` is told; all but `store` as of `createOverseer`. */
export interface CustodianOptions
  extends Pick<
    OverseerOptions,
    | 'project'
    | 'validators'
    | 'workspaces'
    | 'redact'
    | 'sensitive'
    | 'name'
    | 'standby'
    | 'signal'
    | 'clock'
  > {
  /** Where the project is. */
  readonly store: NonNullable<OverseerOptions['store']>;
}
