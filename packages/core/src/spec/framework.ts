/** Where the text of a component comes from. */
export type ComponentSource = 'task' | 'context' | 'model' | 'deliverable' | 'fixed';

/** One named part of a prompt. */
export interface FrameworkComponent {
  readonly id: string;
  readonly title: string;
  readonly describe: string;
  readonly source: ComponentSource;
  readonly required: boolean;
  /** Not sent to the worker; kept in the record (a routing field, such as the assigned model). */
  readonly internal?: boolean;
  readonly default?: string;
  /** Weight in the score; 1 for required components, 0.25 for others where left out. */
  readonly weight?: number;
}

/** A deterministic check of a prompt's components before it is sent, or of a reply. */
export interface FrameworkRule {
  readonly id: string;
  readonly on: 'prompt' | 'response';
  readonly component?: string;
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly check: FrameworkCheck;
}

/** What a rule tests. `pattern` is a JavaScript regular expression of at most 200 characters, matched against at most 16 KiB. */
export type FrameworkCheck =
  | { readonly type: 'present' }
  | { readonly type: 'min-words'; readonly words: number }
  | { readonly type: 'pattern'; readonly pattern: string; readonly flags?: string }
  | { readonly type: 'measurable' }
  | { readonly type: 'placeholder-free' }
  | { readonly type: 'model-capable' };

/** A worked example that the definition carries as its own test. */
export interface FrameworkTest {
  readonly input: Readonly<Record<string, string>>;
  readonly expect: { readonly pass: boolean; readonly failed?: readonly string[] };
}

/** A prompt framework as data, safe to import from strangers. */
export interface FrameworkDefinition {
  readonly schema: 'overseer.framework/1';
  readonly id: string;
  /** Semantic version. */
  readonly version: string;
  readonly name: string;
  readonly attribution: {
    readonly source?: string;
    readonly note?: string;
    readonly licence?: string;
  };
  readonly components: readonly FrameworkComponent[];
  readonly layout: 'headings' | 'flat';
  readonly rules: readonly FrameworkRule[];
  /** Scores are 0 to 100. */
  readonly scoring: { readonly pass: number };
  /** How a request breaks into tasks. */
  readonly decompose: 'none' | 'per-deliverable';
  readonly tests: readonly FrameworkTest[];
}

/** A definition, with optional code where data is not enough. */
export interface Framework {
  readonly spec: 'framework/1';
  readonly definition: FrameworkDefinition;
  /** Finds the components in a request in words; what it leaves out comes from the component's source. */
  parse?(request: string): Readonly<Record<string, string>>;
}
