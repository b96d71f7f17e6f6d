/** The state of types.html as the readable hash of its URL: #q=LH&region=LH&nt=glutamate&side=right&sort=-cells. */

/** Facets in the order of the page; the names are those of the hash. */
export const FACET_KEYS = [
  'region',
  'roi',
  'nt',
  'side',
  'cells',
  'synapses',
  'superclass',
  'class',
  'subclass',
  'supertype',
  'dimorphism',
  'somaNeuromere',
  'hemilineage',
  'trumanHl',
  'itoleeHl',
  'cellBodyFiber',
  'data',
] as const;

export type FacetKey = (typeof FACET_KEYS)[number];

/** The columns of the list, in the order of the page. */
export const COLUMN_KEYS = ['name', 'cells', 'sides', 'region', 'rois', 'nt', 'class'] as const;

export type ColumnKey = (typeof COLUMN_KEYS)[number];

export interface SortKey {
  column: ColumnKey;
  falling: boolean;
}

/** How the list is laid out; the first is that of a page without a hash. */
export const VIEWS = ['rows', 'cards'] as const;

export type View = (typeof VIEWS)[number];

export interface ViewState {
  q: string;
  /** Whether instances of cells are searched, too. */
  inCells: boolean;
  /** Chosen values of each facet that has any; the empty text stands for "none known". */
  chosen: Partial<Record<FacetKey, string[]>>;
  /** Empty: by name or, when something is searched, by how well it is met. */
  sort: SortKey[];
  view: View;
  /** The name of the type whose details are open, or the empty text. */
  open: string;
}

export const EMPTY_STATE: ViewState = { q: '', inCells: false, chosen: {}, sort: [], view: 'rows', open: '' };

/** The hash with its '#', or the empty text where there is nothing to tell. */
export function hashFromState(state: Partial<ViewState>): string {
  const parameters = new URLSearchParams();
  if (state.q) parameters.append('q', state.q);
  if (state.inCells) parameters.append('in', 'cells');
  for (const key of FACET_KEYS) for (const value of state.chosen?.[key] ?? []) parameters.append(key, value);
  const sort = (state.sort ?? []).map(({ column, falling }) => (falling ? `-${column}` : column));
  if (sort.length > 0) parameters.append('sort', sort.join(','));
  if (state.view !== undefined && state.view !== EMPTY_STATE.view) parameters.append('view', state.view);
  if (state.open) parameters.append('open', state.open);
  const text = parameters.toString().replaceAll('%2C', ',');
  return text === '' ? '' : `#${text}`;
}

function parseSort(text: string): SortKey[] {
  const keys: SortKey[] = [];
  for (const part of text.split(',')) {
    const name = part.replace(/^-/, '');
    const column = COLUMN_KEYS.find((key) => key === name);
    if (column !== undefined && !keys.some((key) => key.column === column)) {
      keys.push({ column, falling: part.startsWith('-') });
    }
  }
  return keys;
}

/** What is not understood is passed over: a link from a later version still opens. */
export function stateFromHash(hash: string): ViewState {
  const parameters = new URLSearchParams(hash.replace(/^#/, ''));
  const chosen: ViewState['chosen'] = {};
  for (const key of FACET_KEYS) {
    const values = [...new Set(parameters.getAll(key))];
    if (values.length > 0) chosen[key] = values;
  }
  return {
    q: parameters.get('q') ?? '',
    inCells: parameters.get('in') === 'cells',
    chosen,
    sort: parseSort(parameters.get('sort') ?? ''),
    view: VIEWS.find((view) => view === parameters.get('view')) ?? EMPTY_STATE.view,
    open: parameters.get('open') ?? '',
  };
}

/** A link into types.html. */
export function linkToTypes(state: Partial<ViewState>): string {
  return `types.html${hashFromState(state)}`;
}

/** A link into types.html with one facet set. */
export function linkToFacet(key: FacetKey, ...values: string[]): string {
  return linkToTypes({ chosen: { [key]: values } });
}
