/**
 * Every function of simple-statistics and d3-array that the engine calls. Each is tested for exact
 * values, and none of them reaches `Math.pow` or `**`, which differ between engine releases. A test
 * compares this list with the imports in the sources, so a new one cannot slip in untested.
 */
export const libraryFunctions: {
  readonly "simple-statistics": readonly string[];
  readonly "d3-array": readonly string[];
} = {
  "simple-statistics": ["quantileSorted", "sampleCovariance", "sampleVariance"],
  "d3-array": ["fsum"],
};
