/** Difference -> what the template of diff.html shows. Pure: the same difference gives the same view. */
import type { Difference, IndexFacts } from '../../catalog/difference.ts';
import { thousands } from '../../text.ts';
import { countViews, type DiffRow, diffLists, sameText, signed, TOTALS } from './lists.ts';

/** Rows of a list before its fold. */
const ROWS_AT_ONCE = 20;

/** Rows of a list on the page. Hemibrain against FlyWire is 1.1 MB with this, 2.9 MB with all its 22,176 rows. */
const ROWS_AT_MOST = 1000;

export interface DiffListView {
  key: string;
  title: string;
  rows: DiffRow[];
  /** Behind the fold. */
  rest: DiffRow[];
  /** What the fold is called; the empty text without one. */
  more: string;
  /** Says that there are more than the page has; the empty text where it has all. */
  beyond: string;
}

export interface DiffPage {
  /** The dataset; both, where they are not the same: the second without a name that is the first's. */
  heading: { name: string; tag: string }[];
  facts: { label: string; before: string; after: string }[];
  totals: { words: string; before: string; after: string; change: string }[];
  notes: string[];
  /** Says that nothing differs; else the empty text. */
  same: string;
  /** `href` is empty where there is no list. */
  counts: { count: string; words: string; href: string }[];
  lists: DiffListView[];
}

export function diffPage(difference: Difference): DiffPage {
  const { before, after, notes } = difference;
  const lists = diffLists(difference).map(({ key, title, rows }): DiffListView => {
    const rest = rows.slice(ROWS_AT_ONCE, ROWS_AT_MOST);
    const beyond = rows.length - ROWS_AT_ONCE - rest.length;
    return {
      key,
      title,
      rows: rows.slice(0, ROWS_AT_ONCE),
      rest,
      more: rest.length > 0 ? `${thousands(rest.length)} more` : '',
      beyond: beyond > 0 ? `${thousands(beyond)} more are not shown here but in` : '',
    };
  });
  const listed = new Set<string>(lists.map(({ key }) => key));
  const counts = countViews(difference).map(({ key, count, words }) => ({
    count,
    words,
    href: listed.has(key) ? `#${key}` : '',
  }));
  return {
    heading: headingOf(before.dataset, after.dataset),
    facts: factsView(before, after),
    totals: TOTALS.map(({ key, words }) => ({
      words,
      before: thousands(before.totals[key]),
      after: thousands(after.totals[key]),
      change: signed(after.totals[key] - before.totals[key]),
    })),
    notes,
    same: sameText(difference),
    counts,
    lists,
  };
}

function headingOf(before: IndexFacts['dataset'], after: IndexFacts['dataset']): DiffPage['heading'] {
  const { name, tag } = before;
  if (name !== after.name) return [before, after].map((one) => ({ name: one.name, tag: one.tag ?? '' }));
  if (tag === after.tag) return [{ name, tag: tag ?? '' }];
  return [
    { name, tag: tag ?? 'no tag' },
    { name: '', tag: after.tag ?? 'no tag' },
  ];
}

const NOT_RECORDED = 'not recorded';

function factsView(before: IndexFacts, after: IndexFacts): DiffPage['facts'] {
  const fact = (label: string, of: (facts: IndexFacts) => string): DiffPage['facts'][number] => ({
    label,
    before: of(before),
    after: of(after),
  });
  const facts = [
    fact('Dataset', ({ dataset: { name, tag } }) => (tag === null ? name : `${name} ${tag}`)),
    fact('Last edit', ({ dataset }) => dataset.lastDatabaseEdit ?? NOT_RECORDED),
    fact('UUID', ({ dataset }) => dataset.uuid ?? NOT_RECORDED),
    fact('Index built', ({ generated }) => generated.slice(0, 16).replace('T', ' ')),
    fact('Mode', ({ mode }) => (mode === 'quick' ? 'quick: no ROI analysis' : 'full')),
  ];
  return facts.filter(({ before, after }) => before !== NOT_RECORDED || after !== NOT_RECORDED);
}
