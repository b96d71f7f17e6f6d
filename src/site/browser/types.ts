/** types.html: holds the state of the page and shows it. Every change goes through `update`. */

import { counted } from '../../text.ts';
import { lazyFacets } from '../list/facets.ts';
import type { ColumnKey, FacetKey, SortKey, View, ViewState } from '../list/hash.ts';
import { EMPTY_STATE, stateFromHash } from '../list/hash.ts';
import type { FileEnding } from '../list/listFile.ts';
import { type Range, rangeText } from '../list/ranges.ts';
import { cellsOfFullBar, rowView } from '../list/row.ts';
import { lazySearchIndex } from '../list/search.ts';
import type { Selection } from '../list/select.ts';
import { orderOf, select } from '../list/select.ts';
import { NONE } from '../table/table.ts';
import { openAddress, rememberedScroll } from './address.ts';
import { createCellQuery } from './cellQuery.ts';
import { bindCellsToggle } from './cellsToggle.ts';
import { readTable } from './data.ts';
import { detailsOf } from './details.ts';
import { find } from './dom.ts';
import { createFacetPanel, ownRange } from './facetPanel.ts';
import { bindKeys } from './keys.ts';
import { createList } from './list.ts';
import { bindMenus, closeMenus } from './menus.ts';
import { bindPrinting } from './printing.ts';
import { say } from './say.ts';
import { bindSheet } from './sheet.ts';
import { bindStickyParts, coveredUpTo } from './sticky.ts';
import { copyText, download } from './takeAway.ts';
import { applyTheme, bindThemeSwitch } from './theme.ts';
import { createToolbar, sortAfterClick } from './toolbar.ts';
import { bindTooltip } from './tooltip.ts';

function start(): void {
  const table = readTable();
  const facets = lazyFacets(table);
  const searchIndex = lazySearchIndex(table);
  const full = cellsOfFullBar(table);
  const search = find<HTMLInputElement>('#q');
  const panel = find('#facets');

  const address = openAddress((next) => show(next));
  let state = EMPTY_STATE;
  let order = orderOf(table, state.sort);
  let selection: Selection = { types: order, cells: 0, counts: new Map() };
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
  const facetPanel = createFacetPanel({
    panel,
    facets,
    onToggle: toggle,
    onRange: setRange,
    onUnfold: () => show(state),
  });
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
    // The page comes with the counts of the whole list.
    const toCount = facetPanel.isUntouched() && !isFiltered(next) ? [] : facetPanel.unfolded();
    const found = select(table, facets, cellQuery.over(searchIndex, next), next, order, toCount);
    // Nothing may be met by the names alone: the list then stays as it is until the cells are there.
    isHeld = found.types.length === 0 && cellQuery.isAwaited(next);
    if (!isHeld) selection = found;
    else if (selection.counts.size === 0) {
      selection = select(table, facets, searchIndex, { ...next, q: '' }, order, toCount);
    }
    const open = positionOf(next.open);
    state = open === NONE ? { ...next, open: '' } : next;
    if (search.value !== state.q) search.value = state.q;
    tooltip.hide();
    setView(state.view);
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
    // A type that the filters leave out is open no more.
    if (state.open !== next.open) address.amend(state);
    if (isDown && change.open === undefined) list.toTop();
  }

  function toggle(key: FacetKey, value: string): void {
    const old = state.chosen[key] ?? [];
    choose(key, old.includes(value) ? old.filter((other) => other !== value) : [...old, value]);
  }

  function setRange(key: FacetKey, range: Range | null, how: 'typed' | 'chosen'): void {
    const old = state.chosen[key] ?? [];
    const replaced = ownRange(facets.of(key), old);
    const text = range === null ? undefined : rangeText(range);
    if (text === replaced) return;
    const kept = old.filter((value) => value !== replaced);
    choose(key, text === undefined ? kept : [...new Set([...kept, text])], how);
  }

  function choose(key: FacetKey, values: readonly string[], how: 'typed' | 'chosen' = 'chosen'): void {
    const { [key]: _, ...others } = state.chosen;
    update({ chosen: values.length > 0 ? { ...others, [key]: [...values] } : others }, how);
  }

  /** Of a type in the list, or NONE; no type has the empty name. */
  function positionOf(name: string): number {
    return name === '' ? NONE : selection.types.findIndex((type) => table.names[type] === name);
  }

  /** Cards and rows are the same nodes: the style sheet lays them out. */
  function setView(view: View): void {
    if (document.documentElement.dataset.view === view) return;
    document.documentElement.dataset.view = view;
    list.relayout();
  }

  function openOrClose(position: number): void {
    const name = table.names[list.typeAt(position) ?? NONE];
    if (name === undefined || isHeld) return;
    update({ open: state.open === name ? '' : name });
    if (state.open !== '') list.reveal(position);
  }

  function close(): void {
    const isInside = document.activeElement?.closest('.details') != null;
    const position = positionOf(state.open);
    update({ open: '' });
    // What had the keyboard is gone with the details: it goes on at their type.
    if (isInside) list.focus(position);
  }

  function clear(): void {
    update({ q: '', chosen: {} });
    search.focus();
  }

  function stepBack(): void {
    if (tooltip.hide() || closeMenus() || sheet.close()) return;
    if (state.open !== '') close();
    else if (isFiltered(state)) clear();
  }

  /** Where the reader was before a reload, or at the type that is open. */
  function place(): void {
    isPlaced = true;
    if (rememberedScroll() > 0) scrollTo(0, rememberedScroll());
    else if (state.open !== '') list.reveal(positionOf(state.open));
  }

  search.addEventListener('input', () => update({ q: search.value }, 'typed'));
  for (const id of ['#clear', '#nothing-clear', '#sheet-clear']) find(id).addEventListener('click', clear);
  for (const button of document.querySelectorAll<HTMLElement>('[data-file]')) {
    button.addEventListener('click', () => {
      const ending = button.dataset.file as FileEnding;
      download(table, selection.types, ending);
      say(`${counted(selection.types.length, 'type')} downloaded as ${ending.toUpperCase()}`);
      closeMenus();
    });
  }
  const copy = async (what: string, text: string): Promise<void> => {
    say((await copyText(text)) ? `${what} copied` : `${what} could not be copied: the browser forbids it`);
    closeMenus();
  };
  find('#link').addEventListener('click', () => copy('Link', location.href));
  find('#names').addEventListener('click', () =>
    copy(counted(selection.types.length, 'name'), Array.from(selection.types, (type) => table.names[type]).join('\n')),
  );
  for (const button of document.querySelectorAll<HTMLElement>('button[data-view]')) {
    button.addEventListener('click', () => {
      update({ view: button.dataset.view as View });
      // What one reads is not lost from sight because it is laid out anew.
      if (state.open !== '') list.reveal(positionOf(state.open));
    });
  }
  find<HTMLSelectElement>('#sort').addEventListener('change', ({ target }) => {
    const { value } = target as HTMLSelectElement;
    const key: SortKey = { column: value.replace('-', '') as ColumnKey, falling: value.startsWith('-') };
    update({ sort: value === '' ? [] : [key] });
  });
  find('#grid').addEventListener('click', (event) => {
    if (!(event.target instanceof Element) || event.target.closest('a') !== null) return;
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
  bindMenus();
  bindKeys({ list, openOrClose, stepBack });
  bindStickyParts();
  bindPrinting(table, () => selection.types);
  bindThemeSwitch(find('#theme'));

  show(address.read());
  // Before the first key or click, after the first paint; one by one, so that neither waits long.
  setTimeout(searchIndex);
  for (const key of facetPanel.unfolded()) setTimeout(() => facetPanel.prepare(key));
  if (!isHeld) place();
}

function isFiltered({ q, chosen }: ViewState): boolean {
  return q !== '' || Object.keys(chosen).length > 0;
}

document.documentElement.classList.add('js');
// Before the first paint, as the theme.
document.documentElement.dataset.view = stateFromHash(location.hash).view;
applyTheme();
document.addEventListener('DOMContentLoaded', start);
