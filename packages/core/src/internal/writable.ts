/** The same while it is being made: what is optional can be put in one by one, which is cheaper than spreading an object for each. */
export type Writable<T> = { -readonly [K in keyof T]: T[K] };
