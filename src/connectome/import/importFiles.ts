/** Files of neurons, Meta, ROI counts and connections -> one DuckDB file, which appears whole or not at all. */
import { DecodeError } from '../../errors.ts';
import type { Database } from '../file/database.ts';
import { createMeta } from '../file/tables.ts';
import { writeWhole } from '../file/wholeFile.ts';
import { descriptionFromMeta } from '../meta.ts';
import { CONNECTION_TOTALS, connectionRows, createConnection } from './importConnections.ts';
import { type Meta, metaOfData, namedDataset, readMeta } from './importMeta.ts';
import { createNeuron, type Staged, stageNeurons } from './importNeurons.ts';
import { roiCountsFromConnections, roiCountsFromFile, roiCountsFromRoiInfo } from './importRoiCounts.ts';
import { type ImportRules, NO_RULES } from './importRules.ts';

export interface ImportFiles {
  /** Joined by bodyId; what the first says holds. */
  neurons: readonly string[];
  /** Left out, the dataset must be named, and its ROIs are those of the data. */
  meta?: string | undefined;
  /** roiInfo as a table of its own: bodyId, roi, pre, post (neuprint-python's roi_counts_df). */
  roiCounts?: string | undefined;
  /** With a column roi, and neither roiInfo nor roiCounts, ROI counts are made of them. */
  connections?: string | undefined;
  into: string;
}

export interface ImportOptions {
  signal?: AbortSignal | undefined;
  /** name:tag. */
  dataset?: string | undefined;
  /** Neuron properties to be kept as text, whatever they look like ("007" is no number). */
  textProperties: readonly string[];
  rules?: ImportRules | undefined;
  onStep?: (step: string) => void;
}

export interface ImportResult {
  cells: number;
  typed: number;
  types: number;
  roiCounts: number;
  connections: number;
  /** What the file cannot answer, and which numbers suffer. */
  notes: string[];
}

/**
 * @throws ConfigError for a missing file, an unnamed dataset or an unusable target; DecodeError for data that break a
 * rule, naming the body; WriteError if the target cannot be written. In each case the target is as it was.
 */
export async function importFiles(files: ImportFiles, options: ImportOptions): Promise<ImportResult> {
  const { signal, rules = NO_RULES, textProperties, dataset, onStep = () => undefined } = options;
  const named = files.meta === undefined ? namedDataset(dataset) : null;
  return await writeWhole(files.into, async (database) => {
    const given = files.meta === undefined ? null : await readMeta(database, files.meta, dataset);
    onStep('neurons');
    const withoutRoiInfo = files.roiCounts !== undefined;
    const neurons = await stageNeurons(database, files.neurons, { rules, textProperties, withoutRoiInfo, signal });
    const notes = [...neurons.notes];
    const hasRoiInfo = neurons.columns.includes('roiInfo');
    const wantsRois = !withoutRoiInfo && !hasRoiInfo;
    if (wantsRois && files.connections === undefined) throw noRoiCounts(neurons, files.connections);
    onStep('connections');
    const connections =
      files.connections === undefined ? undefined : await connectionRows(database, files.connections, rules, signal);
    const countsConnections = await createConnection(database, connections, { wantsRois, signal });
    await createNeuron(database, neurons, countsConnections ? CONNECTION_TOTALS : null, signal);
    onStep('ROI counts');
    if (files.roiCounts !== undefined) {
      await roiCountsFromFile(database, files.roiCounts, rules, signal);
      if (neurons.leftRoiInfo) notes.push(`${neurons.files}: its roiInfo is passed over for ${files.roiCounts}.`);
    } else if (hasRoiInfo) {
      await roiCountsFromRoiInfo(database, neurons.files, ROI_INFO_OF_FILES, signal);
    } else if (countsConnections) {
      await roiCountsFromConnections(database, signal);
      notes.push(noteOnConnections(String(files.connections), neurons));
    } else throw noRoiCounts(neurons, files.connections);
    await database.query('DROP TABLE staged');
    const meta = named === null ? (given as Meta) : await metaOfData(database, named, rules.hierarchy);
    await createMeta(database, meta);
    notes.push(...notesOnMeta(meta, files.meta, countsConnections));
    notes.push(...(await notesOnNeurons(database, neurons, countsConnections)));
    return { ...(await tableCounts(database)), notes };
  });
}

const ROI_INFO_OF_FILES = {
  form: 'a JSON object or a dict of Python',
  advice: 'Write it with json.dumps, or give --roi-counts.',
};

export type TableCounts = Omit<ImportResult, 'notes'>;

/** What the tables of a connectome file hold. */
export async function tableCounts(database: Database): Promise<TableCounts> {
  const [counts] = await database.query(
    `SELECT count(*)::DOUBLE, count(named)::DOUBLE, count(DISTINCT named)::DOUBLE,
            (SELECT count(*) FROM roi_count)::DOUBLE, (SELECT count(*) FROM connection)::DOUBLE
     FROM (SELECT CASE WHEN trim(type) <> '' THEN type END AS named FROM neuron)`,
  );
  const [cells = 0, typed = 0, types = 0, roiCounts = 0, connections = 0] = (counts ?? []) as number[];
  return { cells, typed, types, roiCounts, connections };
}

function noRoiCounts({ files, found }: Staged, connections: string | undefined): DecodeError {
  const orConnections =
    connections === undefined ? ', or --connections FILE with a column roi' : `, or a column roi in ${connections}`;
  return new DecodeError(
    `${files}: expected a column roiInfo, or the option --roi-counts FILE with bodyId, roi, pre, post${orConnections}; found ${found.join(', ')}.`,
  );
}

function noteOnConnections(file: string, { columns }: Staged): string {
  const totals = ['pre', 'post'].filter((name) => !columns.includes(name));
  const what = totals.length > 0 ? `ROI counts and ${totals.join(' and ')} of cells are` : 'ROI counts are';
  return `${what} the connections of ${file}, outputs and inputs: those that its makers left out, below a threshold or to other bodies, are not in them.`;
}

function notesOnMeta(meta: Meta, file: string | undefined, countsConnections: boolean): string[] {
  const description = descriptionFromMeta(meta);
  const notes: string[] = [];
  if (description.primaryRois === null)
    notes.push(`${file ?? 'The dataset'} has no primaryRois: ROI shares and regions cannot be told.`);
  else if (file === undefined && !countsConnections)
    notes.push(
      `All ${description.primaryRois.length} ROIs of the data are taken for primary ones: if some lie within others, give --meta.`,
    );
  if (description.roiHierarchy === null) {
    const why = file === undefined ? 'import.hierarchy names none of the ROIs' : `${file} has no roiHierarchy`;
    notes.push(`${why}: each ROI will count as its own region.`);
  }
  return notes;
}

async function notesOnNeurons(
  database: Database,
  { files, columns }: Staged,
  countsConnections: boolean,
): Promise<string[]> {
  const notes: string[] = [];
  const missing = ['pre', 'post'].filter((column) => !columns.includes(column));
  if (missing.length > 0 && !countsConnections)
    notes.push(`${files} has no column ${missing.join(', ')}: the totals of synapses will be 0.`);
  const [[strangers = 0] = []] = await database.query(
    'SELECT count(*)::DOUBLE FROM roi_count WHERE bodyId NOT IN (SELECT bodyId FROM neuron)',
  );
  if (Number(strangers) > 0)
    notes.push(`${strangers} ROI counts are of bodies that are not in ${files}: no type has them.`);
  // R writes NA for what is absent, pandas may write nan.
  const [placeholder] = await database.query(
    `SELECT type FROM neuron WHERE lower(type) IN ('na', 'nan', 'none', 'null') LIMIT 1`,
  );
  if (placeholder)
    notes.push(
      `${files} has a type ${JSON.stringify(placeholder[0])}: it counts as a type; leave the cell empty if it is none.`,
    );
  return notes;
}
