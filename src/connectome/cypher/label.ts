/** The label of a dataset's neurons in a Neo4j, which only its :Meta node tells: guessed, learnt, known. */
import { nameWithoutTag } from '../../datasetName.ts';

export interface Label {
  readonly known: string | null;
  /** What somebody is asking for at this moment. */
  readonly pending: Promise<string> | null;
  /** What neuPrint would call it, where the user named the dataset. */
  readonly guess: string | null;
  /** Runs a question whose answer tells the label. */
  learn<T extends { meta: { label: string } }>(question: () => Promise<T>): Promise<T>;
}

export function createLabel(dataset: string | undefined): Label {
  let known: string | null = null;
  let pending: Promise<string> | null = null;
  return {
    guess: dataset === undefined ? null : `${nameWithoutTag(dataset)}_Neuron`,
    get known() {
      return known;
    },
    get pending() {
      return pending;
    },
    async learn(question) {
      const answer = question();
      const label = answer.then(({ meta }) => meta.label);
      pending = label;
      try {
        known = await label;
        return await answer;
      } finally {
        if (pending === label) pending = null;
      }
    },
  };
}
