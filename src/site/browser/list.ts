/** The list of types: as many row nodes as the window shows, however many types there are; one of them can be open. */

import { element } from './dom.ts';
import type { RowNode } from './rowNode.ts';
import { rowNode } from './rowNode.ts';

/** Rows kept ready above and below the window. */
const SPARE_ROWS = 8;

export interface ListParts {
  body: HTMLElement;
  template: HTMLTemplateElement;
  /** Everything that stays at the top of the window covers rows up to here. */
  coveredUpTo(): number;
  fill(row: RowNode, type: number, position: number, current: boolean): void;
  details(type: number): Node;
}

export interface List {
  /** Shows these types; `open` is the position of the one with its details below it, or -1. */
  show(types: Uint32Array, open: number): void;
  /** Brings a position into view and gives it the keyboard. */
  focus(position: number): void;
  reveal(position: number): void;
  /** The position that holds the keyboard's place. */
  current(): number;
  typeAt(position: number): number | undefined;
  toTop(): void;
}

export function createList({ body, template, coveredUpTo, fill, details }: ListParts): List {
  let types: Uint32Array = new Uint32Array();
  let open = -1;
  let current = 0;
  /** Of every row; 0 until one has been measured. */
  let rowHeight = 0;
  let panelHeight = 0;
  const panel = element('div', { class: 'details', role: 'row' });
  /** Rows in use by position, and rows that wait. */
  const rows = new Map<number, RowNode>();
  const spare: RowNode[] = Array.from(body.children, (child) => rowNode(child as HTMLElement)).reverse();

  const newRow = (): RowNode => rowNode(template.content.firstElementChild?.cloneNode(true) as HTMLElement);

  const offsetOf = (position: number): number =>
    position * rowHeight + (open >= 0 && position > open ? panelHeight : 0);

  function positionAt(offset: number): number {
    const beyondPanel = open >= 0 && offset >= offsetOf(open + 1);
    const position = Math.floor((beyondPanel ? offset - panelHeight : offset) / (rowHeight || innerHeight));
    return open >= 0 && !beyondPanel ? Math.min(position, open) : position;
  }

  function measure(): void {
    const first = rows.values().next().value;
    if (first !== undefined) rowHeight = first.element.getBoundingClientRect().height || rowHeight;
    if (open >= 0 && panel.isConnected) panelHeight = panel.getBoundingClientRect().height;
  }

  /** Rows are in the flow; the padding of the body stands for those that are not there. */
  function render(top = body.getBoundingClientRect().top): void {
    const first = Math.max(0, Math.min(positionAt(-top), types.length - 1) - SPARE_ROWS);
    const end = Math.min(types.length, Math.max(0, positionAt(innerHeight - top)) + 1 + SPARE_ROWS);
    for (const [position, row] of rows) {
      if (position >= first && position < end) continue;
      if (row.element.contains(document.activeElement)) body.focus({ preventScroll: true });
      rows.delete(position);
      spare.push(row);
    }
    body.style.paddingTop = `${offsetOf(first)}px`;
    body.style.paddingBottom = `${offsetOf(types.length) - offsetOf(Math.max(first, end))}px`;
    let next: ChildNode | null = body.firstChild;
    const place = (node: HTMLElement): void => {
      if (node === next) next = node.nextSibling;
      else body.insertBefore(node, next);
    };
    for (let position = first; position < end; position++) {
      let row = rows.get(position);
      if (row === undefined) {
        row = spare.pop() ?? newRow();
        rows.set(position, row);
        fill(row, types[position] as number, position, position === current);
      }
      place(row.element);
      if (position === open) place(panel);
    }
    while (next !== null) {
      const rest: ChildNode = next;
      next = rest.nextSibling;
      rest.remove();
    }
  }

  function scrollByNow(distance: number): void {
    scrollBy({ top: distance, behavior: 'instant' });
    render();
  }

  function reveal(position: number): void {
    const top = body.getBoundingClientRect().top + offsetOf(position);
    const bottom = top + rowHeight + (position === open ? panelHeight : 0);
    const covered = coveredUpTo();
    if (top < covered || bottom - top > innerHeight - covered) scrollByNow(top - covered);
    else if (bottom > innerHeight) scrollByNow(bottom - innerHeight);
  }

  function setCurrent(position: number): void {
    rows.get(current)?.setCurrent(false);
    current = position;
    rows.get(current)?.setCurrent(true);
  }

  body.addEventListener('focusin', (event) => {
    const row = (event.target as Element).closest<HTMLElement>('.row');
    if (row !== null) setCurrent(Number(row.dataset.position));
  });
  // What the details show may come later, or be unfolded.
  new ResizeObserver(() => {
    measure();
    render();
  }).observe(panel);
  addEventListener('scroll', () => render(), { passive: true });
  addEventListener('resize', () => {
    measure();
    render();
  });

  return {
    show(nextTypes, nextOpen) {
      // Asked before anything is written: the browser then need not lay the page out more than once a key.
      const top = body.getBoundingClientRect().top;
      types = nextTypes;
      open = nextOpen;
      current = Math.max(0, Math.min(open >= 0 ? open : current, types.length - 1));
      if (open >= 0) panel.replaceChildren(details(types[open] as number));
      // Rows stay where they are: what they show is written anew, and the one with the focus keeps it.
      for (const [position, row] of rows) {
        if (position < types.length) fill(row, types[position] as number, position, position === current);
      }
      render(top);
      if (open < 0 && rowHeight > 0) return;
      measure();
      render();
    },
    focus(position) {
      if (types.length === 0) return;
      const wanted = Math.max(0, Math.min(position, types.length - 1));
      reveal(wanted);
      setCurrent(wanted);
      rows.get(wanted)?.name.focus({ preventScroll: true });
    },
    reveal,
    current: () => current,
    typeAt: (position) => types[position],
    toTop() {
      const distance = body.getBoundingClientRect().top - coveredUpTo();
      if (distance < 0) scrollByNow(distance);
    },
  };
}
