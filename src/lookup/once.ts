/** A question that is asked when its answer is first wanted, and never again. */
export interface Once<T> {
  (): Promise<T>;
  /** undefined as long as nobody wanted it. */
  readonly result: Promise<T> | undefined;
}

export function once<T>(work: () => Promise<T>): Once<T> {
  let result: Promise<T> | undefined;
  const ask = (): Promise<T> => {
    result ??= work();
    return result;
  };
  return Object.defineProperty(ask, 'result', { get: () => result }) as Once<T>;
}
