/** The environment as it is looked up, for tests. */
export type Environment = Readonly<Record<string, string | undefined>>;
