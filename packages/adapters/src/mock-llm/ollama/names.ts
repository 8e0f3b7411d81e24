/** A model's whole name: without a tag it is the latest. */
export function taggedName(id: string): string {
  return id.includes(':') ? id : `${id}:latest`;
}

/** The name as a scenario writes it, where the tag says nothing. */
export function plainName(id: string): string {
  return id.replace(/:latest$/, '');
}
