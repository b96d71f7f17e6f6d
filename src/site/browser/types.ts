/** types.html: holds the state of the page and shows it. Every change goes through `update`. */

import { facetsOf } from '../facets.ts';
import type { ColumnKey, FacetKey, SortKey, ViewState } from '../hash.ts';
import { EMPTY_STATE } from '../hash.ts';
import { cellsOfFullBar, rowView } from '../row.ts';
import { lazySearchIndex } from '../search.ts';
import type { Selection } from '../select.ts';
import { orderOf, select } from '../select.ts';
import { NONE } from '../table.ts';
import { openAddress, rememberedScroll } from './address.ts';
import { createCellQuery } from './cellQuery.ts';
import { bindCellsToggle } from './cellsToggle.ts';
import { readTable } from './data.ts';
import { detailsOf } from './details.ts';
import { find, setText } from './dom.ts';
import { createFacetPanel } from './facetPanel.ts';
import { bindKeys } from './keys.ts';
import { createList } from './list.ts';
import { bindSheet } from './sheet.ts';
import { bindStickyParts, coveredUpTo } from './sticky.ts';
import { bindPrinting, copyLink, downloadCsv } from './takeAway.ts';
import { applyTheme, bindThemeSwitch } from './theme.ts';
import { createToolbar, sortAfterClick } from './toolbar.ts';
import { bindTooltip } from './tooltip.ts';

/** How long a button says that it has done its work. */
const COPIED_SHOWN_MS = 2000;

function start(): void {
  const table = readTable();
  const facets = facetsOf(table);
  const searchIndex = lazySearchIndex(table);
  const full = cellsOfFullBar(table);
  const search = find<HTMLInputElement>('#q');
  const panel = find('#facets');

  const address = openAddress((next) => show(next));
  let state = EMPTY_STATE;
  let order = orderOf(table, state.sort);
  let selection: Selection = { types: order, cells: 0, counts: [] };
  /** The list is that of an earlier search. */
  let isHeld = false;
  let isPlaced = false;

  const cellQuery = createCellQuery(table, () => {
    show(state);
    if (!isPlaced) place();
  });
  const cellsToggle = bindCellsToggle(table, cellQuery, (inCells) => update({ inCells }));
  const tooltip = bindTooltip(find('#tip'));
  const sheet = bindSheet(panel);
  const facetPanel = createFacetPanel(panel, facets, toggle);
  const toolbar = createToolbar(table, facets, toggle);
  const list = createList({
    body: find('#rows'),
    template: find<HTMLTemplateElement>('#row-template'),
    coveredUpTo,
    fill: (row, type, position, current) =>
      row.fill(rowView(table, type, full), position, {
        query: state.q,
        chosen: state.chosen,
        ...cellQuery.met(type, state),
        open: state.open === table.names[type],
        current,
      }),
    details: (type) => detailsOf(table, type),
  });

  function show(next: ViewState): void {
    if (JSON.stringify(next.sort) !== JSON.stringify(state.sort)) order = orderOf(table, next.sort);
    const found = select(table, facets, cellQuery.over(searchIndex, next), next, order);
    // Nothing may be met by the names alone: the list then stays as it is until the cells are there.
    isHeld = found.types.length === 0 && cellQuery.isAwaited(next);
    if (!isHeld) selection = found;
    else if (selection.counts.length === 0) selection = select(table, facets, searchIndex, { ...next, q: '' }, order);
    const open = next.open === '' ? NONE : selection.types.findIndex((type) => table.names[type] === next.open);
    state = open === NONE ? { ...next, open: '' } : next;
    if (search.value !== state.q) search.value = state.q;
    tooltip.hide();
    list.show(selection.types, open);
    facetPanel.show(selection.counts, state.chosen);
    toolbar.show(selection, state);
    cellsToggle.show(state);
    find('#grid').setAttribute('aria-rowcount', String(selection.types.length + 1));
  }

  function update(change: Partial<ViewState>, how: 'chosen' | 'typed' = 'chosen'): void {
    const next = { ...state, ...change };
    const isDown = scrollY > 0;
    address.write(next, how);
    show(next);
    if (isDown && change.open === undefined) list.toTop();
  }

  function toggle(key: FacetKey, value: string): void {
    const old = state.chosen[key] ?? [];
    const values = old.includes(value) ? old.filter((other) => other !== value) : [...old, value];
    const { [key]: _, ...others } = state.chosen;
    update({ chosen: values.length > 0 ? { ...others, [key]: values } : others });
  }

  function openOrClose(position: number): void {
    const name = table.names[list.typeAt(position) ?? NONE];
    if (name === undefined || isHeld) return;
    update({ open: state.open === name ? '' : name });
    if (state.open !== '') list.reveal(position);
  }

  function clear(): void {
    update({ q: '', chosen: {} });
    search.focus();
  }

  function stepBack(): void {
    if (tooltip.hide() || sheet.close()) return;
    if (state.open !== '') update({ open: '' });
    else if (state.q !== '' || Object.keys(state.chosen).length > 0) clear();
  }

  function say(words: string): void {
    setText(find('#said'), words);
  }

  /** Where the reader was before a reload, or at the type that is open. */
  function place(): void {
    isPlaced = true;
    const position = selection.types.findIndex((type) => table.names[type] === state.open);
    if (rememberedScroll() > 0) scrollTo(0, rememberedScroll());
    else if (position >= 0) list.reveal(position);
  }

  search.addEventListener('input', () => update({ q: search.value }, 'typed'));
  for (const id of ['#clear', '#nothing-clear', '#sheet-clear']) find(id).addEventListener('click', clear);
  find('#csv').addEventListener('click', () => {
    downloadCsv(table, selection.types);
    say('The list is downloaded as CSV');
  });
  find('#link').addEventListener('click', async ({ currentTarget }) => {
    const copied = await copyLink();
    const words = copied ? 'Link copied' : 'The link could not be copied: take it from the address bar';
    say(words);
    if (!(currentTarget instanceof HTMLElement) || !copied) return;
    setText(currentTarget, 'Copied');
    setTimeout(() => setText(currentTarget, 'Copy link'), COPIED_SHOWN_MS);
  });
  find<HTMLSelectElement>('#sort').addEventListener('change', ({ target }) => {
    const { value } = target as HTMLSelectElement;
    const key: SortKey = { column: value.replace('-', '') as ColumnKey, falling: value.startsWith('-') };
    update({ sort: value === '' ? [] : [key] });
  });
  find('#grid').addEventListener('click', (event) => {
    if (!(event.target instanceof Element)) return;
    const button = event.target.closest<HTMLElement>('button');
    const row = event.target.closest<HTMLElement>('.row');
    if (button?.dataset.sort !== undefined) {
      update({ sort: sortAfterClick(state.sort, button.dataset.sort as ColumnKey, event.shiftKey) });
    } else if (button?.dataset.facet !== undefined) {
      toggle(button.dataset.facet as FacetKey, button.dataset.value ?? '');
    } else if (row !== null && getSelection()?.isCollapsed !== false) {
      openOrClose(Number(row.dataset.position));
    }
  });
  bindKeys({ list, openOrClose, stepBack });
  bindStickyParts();
  bindPrinting(table, () => selection.types);
  bindThemeSwitch(find('#theme'));

  show(address.read());
  // Before the first key, after the first paint.
  setTimeout(searchIndex);
  if (!isHeld) place();
}

document.documentElement.classList.add('js');
applyTheme();
document.addEventListener('DOMContentLoaded', start);
