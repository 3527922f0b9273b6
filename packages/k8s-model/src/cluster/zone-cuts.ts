/** Zones that are parted from all others: packets over their border vanish. */
export class ZoneCuts {
  readonly #zones = new Set<string>();

  cut(zone: string): void {
    this.#zones.add(zone);
  }

  heal(zone: string): void {
    this.#zones.delete(zone);
  }

  /** Whether any zone is cut off now. */
  get isAny(): boolean {
    return this.#zones.size > 0;
  }

  /** Whether packets from one zone to another are lost; never within a zone. */
  separates(zone: string, other: string): boolean {
    return zone !== other && (this.#zones.has(zone) || this.#zones.has(other));
  }
}
