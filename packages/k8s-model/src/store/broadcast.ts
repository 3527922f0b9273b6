import { WatchColumn } from "./watch-column.ts";

/**
 * When the copies of each version of one sub-log leave one sender (ns): from `startNs`, one every
 * `copyNs`, the last by `endNs`, which never falls.
 */
export class SendLine {
  readonly startNs: WatchColumn = new WatchColumn();
  readonly copyNs: WatchColumn = new WatchColumn();
  readonly endNs: WatchColumn = new WatchColumn();

  /** The position after the newest version. */
  get end(): number {
    return this.endNs.end;
  }

  push(startNs: number, copyNs: number, endNs: number): void {
    this.startNs.push(startNs);
    this.copyNs.push(copyNs);
    this.endNs.push(endNs);
  }

  dropBelow(position: number): void {
    this.startNs.dropBelow(position);
    this.copyNs.dropBelow(position);
    this.endNs.dropBelow(position);
  }
}
