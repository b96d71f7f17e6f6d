/** The list of types: as many nodes as the window shows, however many types there are, one a line or several side by side; one of them can be open. */

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
  /** How many types stand side by side. */
  perLine(): number;
  /** To be called when the style sheet lays the list out in another way. */
  relayout(): void;
  typeAt(position: number): number | undefined;
  toTop(): void;
}

export function createList({ body, template, coveredUpTo, fill, details }: ListParts): List {
  let types: Uint32Array = new Uint32Array();
  let open = -1;
  let current = 0;
  /** Of every line, the space to the next one included; 0 until one has been measured. */
  let lineHeight = 0;
  let perLine = 1;
  let panelHeight = 0;
  const panel = element('div', { class: 'details', role: 'row' });
  /** Rows in use by position, and rows that wait. */
  const rows = new Map<number, RowNode>();
  const spare: RowNode[] = Array.from(body.children, (child) => rowNode(child as HTMLElement)).reverse();

  const newRow = (): RowNode => rowNode(template.content.firstElementChild?.cloneNode(true) as HTMLElement);

  const lineOf = (position: number): number => Math.floor(position / perLine);
  /** The details stand below this line. */
  const openLine = (): number => (open >= 0 ? lineOf(open) : Number.POSITIVE_INFINITY);

  const offsetOfLine = (line: number): number => line * lineHeight + (line > openLine() ? panelHeight : 0);

  function lineAt(offset: number): number {
    const beyondPanel = offset >= offsetOfLine(openLine() + 1);
    const line = Math.floor((beyondPanel ? offset - panelHeight : offset) / (lineHeight || innerHeight));
    return beyondPanel ? line : Math.min(line, openLine());
  }

  function measure(): void {
    const { gridTemplateColumns, rowGap } = getComputedStyle(body);
    const gap = Number.parseFloat(rowGap) || 0;
    perLine = gridTemplateColumns === 'none' ? 1 : gridTemplateColumns.split(' ').length;
    const first = rows.values().next().value;
    const height = first?.element.getBoundingClientRect().height ?? 0;
    if (height > 0) lineHeight = height + gap;
    if (open >= 0 && panel.isConnected) panelHeight = panel.getBoundingClientRect().height + gap;
  }

  /** Rows are in the flow; the padding of the body stands for those that are not there. */
  function render(top = body.getBoundingClientRect().top): void {
    const lines = Math.ceil(types.length / perLine);
    const spareLines = Math.ceil(SPARE_ROWS / perLine);
    const firstLine = Math.max(0, Math.min(lineAt(-top), lines - 1) - spareLines);
    const endLine = Math.max(firstLine, Math.min(lines, Math.max(0, lineAt(innerHeight - top)) + 1 + spareLines));
    const first = firstLine * perLine;
    const end = Math.min(types.length, endLine * perLine);
    const panelAfter = open < 0 ? open : Math.min(types.length, (openLine() + 1) * perLine) - 1;
    for (const [position, row] of rows) {
      if (position >= first && position < end) continue;
      if (row.element.contains(document.activeElement)) body.focus({ preventScroll: true });
      rows.delete(position);
      spare.push(row);
      // What stays is then not moved, which would take the focus away from it.
      row.element.remove();
    }
    if (panelAfter < first || panelAfter >= end) panel.remove();
    body.style.paddingTop = `${offsetOfLine(firstLine)}px`;
    body.style.paddingBottom = `${offsetOfLine(lines) - offsetOfLine(endLine)}px`;
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
      if (position === panelAfter) place(panel);
    }
    while (next !== null) {
      const rest: ChildNode = next;
      next = rest.nextSibling;
      rest.remove();
    }
  }

  function relayout(): void {
    measure();
    render();
  }

  function scrollByNow(distance: number): void {
    scrollBy({ top: distance, behavior: 'instant' });
    render();
  }

  function bringIn(position: number): void {
    const top = body.getBoundingClientRect().top + offsetOfLine(lineOf(position));
    const bottom = top + lineHeight + (position === open ? panelHeight : 0);
    const covered = coveredUpTo();
    if (top < covered || bottom - top > innerHeight - covered) scrollByNow(top - covered);
    else if (bottom > innerHeight) scrollByNow(bottom - innerHeight);
  }

  function reveal(position: number): void {
    bringIn(position);
    if (position !== open) return;
    // How high its details are is known only once they stand there.
    measure();
    bringIn(position);
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
  new ResizeObserver(relayout).observe(panel);
  addEventListener('scroll', () => render(), { passive: true });
  addEventListener('resize', relayout);

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
      if (open >= 0 || lineHeight === 0) relayout();
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
    perLine: () => perLine,
    relayout,
    typeAt: (position) => types[position],
    toTop() {
      const distance = body.getBoundingClientRect().top - coveredUpTo();
      if (distance < 0) scrollByNow(distance);
    },
  };
}
