/** What a dataset is called without its version, as neuPrint writes the two: name:tag. */

/** hemibrain:v1.2.1 -> hemibrain */
export function nameWithoutTag(dataset: string): string {
  return dataset.replace(/:[^:]*$/, '');
}
