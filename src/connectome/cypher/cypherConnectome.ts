/** Connectome on a neuPrint database that is asked in Cypher, whatever carries the questions to it. */
import { ConfigError, QueryError } from '../../errors.ts';
import { cellRow, cellsIn } from '../cellRow.ts';
import type {
  Answer,
  Ask,
  CatalogueRow,
  CellRow,
  Connectome,
  DatasetDescription,
  Fingerprints,
  PartnerRow,
  RoiCountRow,
  TypeSize,
} from '../connectome.ts';
import { createFingerprints, digestOf, type FingerprintForm, roiInfoIn } from '../fingerprint.ts';
import { listText } from '../listText.ts';
import { descriptionFromMeta, META_PROPERTIES } from '../meta.ts';
import { partnerRow } from '../partnerRow.ts';
import { createRoiSums } from '../roiInfo.ts';
import {
  apocQuery,
  catalogueQuery,
  cellsQuery,
  connectionsQuery,
  fingerprintsQuery,
  metaQuery,
  partnersQuery,
  roiInfoQuery,
  roiSumsQuery,
  typeSizesQuery,
} from './cypher.ts';
import { chosen, editOf, type MetaRow, metaRow } from './cypherMeta.ts';
import type { CypherCost, CypherInteger, CypherServer } from './cypherServer.ts';
import { createLabel } from './label.ts';

export interface CypherConnectomeOptions {
  /** As Connectome.id. */
  id: string;
  /** name or name:tag; needed only where a database holds several. */
  dataset?: string | undefined;
  maxInFlight: number;
}

export function connectomeOnCypher(
  server: CypherServer,
  { id, dataset, maxInFlight }: CypherConnectomeOptions,
): Connectome {
  const labelOf = createLabel(dataset);
  /** Whether the server has APOC; null until it was asked for. */
  let hasApoc: boolean | null = null;

  /** The dataset's :Meta properties; on the way, the label of its neurons. */
  const askMeta = async (properties: readonly string[], ask?: Ask): Promise<{ meta: MetaRow; cost: CypherCost }> =>
    await labelOf.learn(async () => {
      const { rows, ...cost } = await server.read(metaQuery(properties), {}, ask);
      // neuPrint finds a dataset in any case and then asks for the label in the case that it was given.
      if (rows.length === 0 && server.unknownDataset) throw await server.unknownDataset(ask ?? {});
      const meta = chosen(
        rows.map((row) => metaRow(row, properties)),
        dataset,
      );
      return { meta, cost };
    });

  /** Asks a question of the dataset's neurons: at once where their label is known or can be guessed. */
  const askNeurons = async <A extends Answer<unknown>>(
    question: (label: string) => Promise<A>,
    ask?: Ask,
  ): Promise<A> => {
    if (labelOf.known !== null) return await question(labelOf.known);
    const isOurs = labelOf.pending === null;
    const pending = labelOf.pending ?? askMeta(['dataset', 'tag'], ask).then(({ meta }) => meta.label);
    const guess = labelOf.guess;
    const [guessed, label] = await Promise.all([guess === null ? null : question(guess), pending]);
    const answer = guessed !== null && label === guess ? guessed : await question(label);
    const wasted = guessed !== null && answer !== guessed ? guessed.roundTrips : 0;
    return { ...answer, roundTrips: answer.roundTrips + wasted + (isOurs ? 1 : 0) };
  };

  const canSum = async (ask?: Ask): Promise<Answer<boolean>> => {
    try {
      const answer = answered(true, await server.read(apocQuery(), {}, ask));
      hasApoc = true;
      return answer;
    } catch (error) {
      if (!isUnknownFunction(error)) throw error;
      hasApoc = false;
      return { value: false, serverMs: null, rows: 0, roundTrips: 1 };
    }
  };

  const askFingerprints = async (form: FingerprintForm, ask?: Ask): Promise<Answer<Fingerprints>> =>
    await askNeurons(async (label) => {
      const cells = new Map<string, number>();
      const prints = createFingerprints(form);
      const onRow = ([type, count, print]: unknown[]): void => {
        cells.set(type as string, Number(count));
        prints.add(type as string, BigInt(print as CypherInteger));
      };
      const cost = await server.readEach(fingerprintsQuery(label, form), {}, onRow, ask);
      return answered(prints.of(cells), cost);
    }, ask);

  return {
    id,
    isEmbedded: false,
    maxInFlight,
    bytesReceived: () => server.bytesReceived(),
    close: () => server.close(),

    async edit(ask) {
      const { meta, cost } = await askMeta(['dataset', 'tag', 'uuid', 'lastDatabaseEdit'], ask);
      return answered(editOf(meta.properties), cost);
    },

    async describe(ask) {
      const { meta, cost } = await askMeta(META_PROPERTIES, ask);
      const value: DatasetDescription = { ...descriptionFromMeta(meta.properties), edit: editOf(meta.properties) };
      return answered(value, cost);
    },

    canSum,

    async fingerprints(ask) {
      try {
        return await askFingerprints(hasApoc === false ? 'sums' : 'digest', ask);
      } catch (error) {
        if (!isUnknownFunction(error)) throw error;
        hasApoc = false;
        const answer = await askFingerprints('sums', ask);
        return { ...answer, roundTrips: answer.roundTrips + 1 };
      }
    },

    typeSizes: (ask) =>
      askNeurons(async (label) => {
        const value: TypeSize[] = [];
        const onRow = ([type, cells]: unknown[]): void => void value.push({ type: String(type), cells: Number(cells) });
        return answered(value, await server.readEach(typeSizesQuery(label), {}, onRow, ask));
      }, ask),

    catalogue: (properties, ask) =>
      askNeurons(async (label) => {
        const range = ask?.range;
        const value: CatalogueRow[] = [];
        const onRow = ([type, cells, pre, post, ...values]: unknown[]): void => {
          // The one row of the untyped comes also where there are none.
          if (Number(cells) === 0) return;
          value.push({
            type: textOrNull(type),
            cells: Number(cells),
            pre: Number(pre),
            post: Number(post),
            values: values.map((value, i) => textOrNull(value, properties[i])),
          });
        };
        return answered(
          value,
          await server.readEach(catalogueQuery(label, properties, range), { ...range }, onRow, ask),
        );
      }, ask),

    roiCounts: (types, rois, ask) =>
      askNeurons(async (label) => {
        // UNWIND would count the cells of a type that is named twice twice.
        types = [...new Set(types)];
        if (ask?.sums === 'server') {
          const cells = new Map<string, number>();
          const prints = createFingerprints('digest');
          const value: RoiCountRow[] = [];
          const onRow = ([type, roi, pre, post, count, print]: unknown[]): void => {
            if (roi === null) {
              cells.set(type as string, Number(count));
              prints.add(type as string, BigInt(print as CypherInteger));
            } else value.push({ type: type as string, roi: roi as string, pre: Number(pre), post: Number(post) });
          };
          const cost = await server.readEach(roiSumsQuery(label), { types, rois }, onRow, ask);
          return { ...answered(value, cost), cells, fingerprints: prints.of(cells) };
        }
        const probed = hasApoc === null ? (await canSum(ask)).roundTrips : 0;
        const form = hasApoc ? 'digest' : 'sums';
        const sums = createRoiSums(new Set(rois));
        const prints = createFingerprints(form);
        const onRow = ([type, text, print]: unknown[]): void => {
          sums.add(type as string, roiInfoIn(text as string));
          prints.add(type as string, form === 'digest' ? digestOf(text as string) : BigInt(print as CypherInteger));
        };
        const cost = await server.readEach(roiInfoQuery(label, form), { types }, onRow, ask);
        const { roundTrips, ...answer } = answered(sums.rows(), cost);
        return {
          ...answer,
          roundTrips: roundTrips + probed,
          cells: sums.cells,
          fingerprints: prints.of(sums.cells),
        };
      }, ask),

    partners: (types, ask) =>
      askNeurons(async (label) => {
        const cells = new Map<string, number>();
        const value: PartnerRow[] = [];
        const onRow = ([type, direction, partner, pairs, weight]: unknown[]): void => {
          if (direction === null) cells.set(type as string, Number(pairs));
          else
            value.push(
              partnerRow({
                type: type as string,
                direction: direction as PartnerRow['direction'],
                partner: textOrNull(partner),
                pairs: Number(pairs),
                weight: Number(weight),
              }),
            );
        };
        const parameters = { types: [...new Set(types)] };
        const answer = {
          ...answered(value, await server.readEach(partnersQuery(label), parameters, onRow, ask)),
          cells,
        };
        if (value.length > 0 || types.length === 0) return answer;
        // Types that speak to nobody are rare, a database that was filled without connections is not: unknown is not zero.
        const [[count] = []] = (await server.read(connectionsQuery(), {}, ask)).rows;
        if (Number(count) === 0)
          throw new ConfigError('Expected a database with connections (:ConnectsTo), this one holds none.');
        return { ...answer, roundTrips: answer.roundTrips + 1 };
      }, ask),

    cells: (types, ask) =>
      askNeurons(async (label) => {
        const value: CellRow[] = [];
        const onRow = ([type, bodyId, instance]: unknown[]): void =>
          void value.push(cellRow(type as string, bodyId, textOrNull(instance)));
        const cost = await server.readEach(cellsQuery(label), { types: [...new Set(types)] }, onRow, ask);
        return { ...answered(value, cost), cells: cellsIn(value) };
      }, ask),
  };
}

function isUnknownFunction(error: unknown): boolean {
  return error instanceof QueryError && error.failure === 'unknownFunction';
}

function answered<T>(value: T, { received, serverMs }: CypherCost): Answer<T> {
  return { value, serverMs, rows: received, roundTrips: 1 };
}

function textOrNull(value: unknown, property = ''): string | null {
  if (value === null || value === undefined) return null;
  // As an import writes them.
  return Array.isArray(value) ? listText(property, value) : String(value);
}
