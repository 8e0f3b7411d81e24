/** Tells the month of moments, most of which lie in the same one as the moment before: making one out of a date costs more than the rest of a count. */
export class MonthOf {
  #month = '';
  #from = 0;
  #until = 0;

  /** The month of an epoch ms in UTC, such as `2026-03`. */
  of(at: number): string {
    if (at >= this.#from && at < this.#until) return this.#month;
    const date = new Date(at);
    const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
    this.#month = date.toISOString().slice(0, 7);
    this.#from = Date.UTC(year, month);
    this.#until = Date.UTC(year, month + 1);
    return this.#month;
  }
}
