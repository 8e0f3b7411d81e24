import type { TroubleKind } from '../spec/recovery.ts';

/**
 * What failed in a run: a trouble of a call; a tool that broke, or refused; a check that refused an answer, or could not
 * be made; a change that did not fit; a model that came to no answer; the folder, the disk or a plugin of an attempt; or a
 * task that could not be begun.
 */
export type FailureCause =
  | TroubleKind
  | 'tool-broken'
  | 'tool-refused'
  | 'refused'
  | 'check-broken'
  | 'conflict'
  | 'no-answer'
  | 'infrastructure'
  | 'not-begun';

/** What a person can do about each cause, in one sentence. */
export const remedies: Readonly<Record<FailureCause, string>> = {
  auth: 'Check the API key of this model; whoever starts anew tries it again at once.',
  permission: 'Ask the owner of the key for leave to use this model, or give its tasks to another.',
  'not-found': 'Check the name of the model and the base URL.',
  invalid: 'The provider does not take the request: check the settings of this model.',
  'context-overflow':
    'Say its contextWindow, give the task less context, part it into smaller ones, or add a model with a larger window.',
  'content-filter': 'Reword the task, or give it to a model with other content rules.',
  unsupported: 'Give the task to a model that can do what it asks for.',
  'rate-limit':
    'Declare the limits of this model, so that calls wait before they are refused, or add a fallback.',
  quota: "Raise the account's quota or credit, or add a fallback.",
  overloaded: 'The provider had too much to do: add a fallback, or come back later.',
  loading: 'Load the model before the run, or wait until it is in memory.',
  server: "The provider's server failed: look at its status page, or add a fallback.",
  timeout: 'Allow more time (holdMs, maxCallMs), or ask for less in one call.',
  network: 'Check that the server runs and can be reached from here.',
  interrupted: 'Answers stopped before their end: check the connection and the server.',
  protocol:
    'The server does not speak what its adapter expects: check the base URL and the adapter.',
  aborted: 'Somebody broke the calls off: resume the run.',
  'cut-answer': 'Allow longer answers (maxOutputTokens), or ask for less in one task.',
  'broken-json': 'Give the task to a model that keeps to a form (capability json: schema).',
  'tool-broken': 'Look at what the tool stands on; it is tried again by itself.',
  'tool-refused':
    'Nothing has to be done, unless the tool refuses what it should do: then look at its permissions.',
  refused: 'Read the findings; make the task clearer, or give it to a better model.',
  'check-broken': 'The check itself could not be made: run it by hand and mend it.',
  conflict:
    'The change did not fit what others changed meanwhile: let the task say which files it writes.',
  'no-answer': 'The model used tools without an end: part the task into smaller ones.',
  infrastructure: 'Look at the disk, the repository and the plugins of this host.',
  'not-begun': 'Read the reason: no model could take the task, or its budget or time was over.',
};
