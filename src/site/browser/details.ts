/** The details of a type: everything the catalogue tells of it, below its row. */

import { ANNOTATIONS } from '../../catalog/catalog.ts';
import { counted, percent, thousands } from '../../text.ts';
import { ANNOTATION_LABELS } from '../labels.ts';
import { roiNote, sideNote } from '../list/row.ts';
import type { ShareLists, Table } from '../table/table.ts';
import { annotationOf, fullNameOf, sharesOf } from '../table/table.ts';
import { cellsPart } from './cellsPart.ts';
import { element, setShortName } from './dom.ts';
import { linksPart } from './linksPart.ts';

function fact(label: string, ...values: string[]): Node {
  const list = values.flatMap((value, i) => [i > 0 ? '; ' : '', element('bdi', {}, value)]);
  return element('div', {}, element('dt', {}, label), element('dd', {}, ...list));
}

function synapseFacts(table: Table, type: number): Node[] {
  const [pre, post] = [table.pre[type] as number, table.post[type] as number];
  const facts = [fact('Output sites', thousands(pre)), fact('Input sites', thousands(post))];
  if (table.roiData[type]?.state !== 'known') return facts;
  const [primaryPre, primaryPost] = [table.primaryPre[type] as number, table.primaryPost[type] as number];
  // Databases without totals for every cell count less in all than in the ROIs: what lies outside is then unknown.
  if (pre < primaryPre || post < primaryPost) return facts;
  const outside = (all: number, primary: number): string =>
    `${thousands(all - primary)} (${percent(all - primary, all)})`;
  return [
    ...facts,
    fact('Outside primary ROIs', `output ${outside(pre, primaryPre)}, input ${outside(post, primaryPost)}`),
  ];
}

function generalFacts(table: Table, type: number): Node {
  const transmitter = table.transmitters[table.transmitter[type] as number];
  const sides = [
    `${thousands(table.left[type] as number)} left, ${thousands(table.right[type] as number)} right`,
    ...[sideNote(table, type)].filter((note) => note !== ''),
  ].join(', ');
  const annotations = ANNOTATIONS.flatMap((annotation) => {
    const values = annotationOf(table, annotation, type);
    return values.length > 0 ? [fact(ANNOTATION_LABELS[annotation], ...values)] : [];
  });
  return element(
    'dl',
    { class: 'facts-list' },
    fact('Cells', `${counted(table.total[type] as number, 'cell')}: ${sides}`),
    fact('Transmitter', transmitter ? `${transmitter.name} (${transmitter.source})` : 'none known'),
    ...synapseFacts(table, type),
    ...annotations,
  );
}

/** Here is the room to write the full name out. */
function bothNames(table: Table, name: string): Node[] {
  const fullName = fullNameOf(table, name);
  const short = element('bdi', {});
  setShortName(short, name, fullName);
  return fullName === '' ? [short] : [short, element('span', { class: 'full-name' }, ` ${fullName}`)];
}

function shareTable(caption: string, lists: ShareLists, table: Table, type: number): Node {
  const [primaryPre, primaryPost] = [table.primaryPre[type] as number, table.primaryPost[type] as number];
  const number = (text: string): Node => element('td', {}, text);
  const rows = sharesOf(lists, type).map(({ name, pre, post }) =>
    element(
      'tr',
      {},
      element('th', { scope: 'row' }, ...bothNames(table, name)),
      number(thousands(post)),
      number(percent(post, primaryPost)),
      number(thousands(pre)),
      number(percent(pre, primaryPre)),
    ),
  );
  const head = (label: string, span: string): Node => element('th', { scope: 'colgroup', colspan: span }, label);
  return element(
    'table',
    { class: 'shares' },
    element('caption', {}, caption),
    element('thead', {}, element('tr', {}, element('td', {}), head('Input', '2'), head('Output', '2'))),
    element('tbody', {}, ...rows),
  );
}

/** Longer names may be cut in the row, so the details repeat them for all to see. */
const LONG_NAME = 18;

/** `role="row"` surrounds it, hence the one cell. */
export function detailsOf(table: Table, type: number): Node {
  const note = roiNote(table, type);
  const name = table.names[type] as string;
  return element(
    'div',
    { role: 'gridcell', class: 'details-cell' },
    element('h2', { class: name.length > LONG_NAME ? '' : 'visually-hidden' }, element('bdi', {}, name)),
    ...linksPart(table, type),
    element(
      'div',
      { class: 'details-parts' },
      generalFacts(table, type),
      ...(note === ''
        ? [shareTable('ROIs', table.rois, table, type), shareTable('Regions', table.regions, table, type)]
        : [element('p', { class: 'quiet' }, `ROIs: ${note}`)]),
    ),
    ...cellsPart(table, type),
  );
}
