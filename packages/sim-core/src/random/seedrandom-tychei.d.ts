// The published types cover seedrandom's main entry only, which reaches for `crypto` in a browser.
declare module "seedrandom/lib/tychei.js" {
  interface TycheiState {
    a: number;
    b: number;
    c: number;
    d: number;
  }
  interface Tychei {
    double(): number;
    int32(): number;
    state(): TycheiState;
  }
  function tychei(seed: string, options: { state: TycheiState | true }): Tychei;
  export default tychei;
}
