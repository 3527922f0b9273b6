/** The part of jstat that the tests use as an oracle; the package brings no types. */
declare module "jstat" {
  interface Continuous {
    cdf(x: number, ...parameters: number[]): number;
    inv(p: number, ...parameters: number[]): number;
    pdf(x: number, ...parameters: number[]): number;
  }
  const jstat: {
    readonly jStat: {
      readonly normal: Continuous;
      readonly studentt: Continuous;
      readonly chisquare: Continuous;
      readonly binomial: Continuous;
      readonly exponential: Continuous;
      readonly gamma: Continuous;
      readonly lognormal: Continuous;
      readonly pareto: Continuous;
      readonly weibull: Continuous;
      gammaln(x: number): number;
      ttest(value: number, sample: readonly number[], sides: number): number;
    };
  };
  export default jstat;
}
