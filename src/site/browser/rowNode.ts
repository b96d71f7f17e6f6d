/** Fills the row of the template with what a type's row shows. The same nodes serve ever new types as the list scrolls. */

import type { ViewState } from '../list/hash.ts';
import type { RoiBar, RowView } from '../list/row.ts';
import { find, setAttribute, setMarked, setShortName, setText } from './dom.ts';

/** What a row shows besides the type's own facts. */
export interface RowContext {
  query: string;
  chosen: ViewState['chosen'];
  /** The other name by which a search found the type. */
  otherName: string | null;
  /** What `otherName` is, where it is no name of the type: words before it. */
  otherLabel: string;
  open: boolean;
  /** The row that holds the keyboard's place. */
  current: boolean;
}

export interface RowNode {
  element: HTMLElement;
  name: HTMLButtonElement;
  fill(view: RowView, position: number, context: RowContext): void;
  /** Puts the keyboard's place on this row or takes it away. */
  setCurrent(current: boolean): void;
}

interface RoiNode {
  button: HTMLButtonElement;
  label: Element;
  input: Element;
  output: Element;
}

function roiNode(button: HTMLButtonElement): RoiNode {
  return {
    button,
    label: find('bdi', button),
    input: find('.input', button),
    output: find('.output', button),
  };
}

function fillRoi({ button, label, input, output }: RoiNode, roi: RoiBar | undefined): void {
  button.hidden = roi === undefined;
  if (roi === undefined) return;
  setShortName(label, roi.name, roi.fullName);
  setAttribute(button, 'data-value', roi.name);
  setAttribute(button, 'data-tip', roi.tip);
  setAttribute(button, 'aria-label', roi.tip);
  setAttribute(input, 'width', String(roi.input));
  setAttribute(output, 'width', String(roi.output));
}

/** A value that filters when pressed; or, in its place, the words that there is none. */
interface TagNode {
  button: HTMLButtonElement;
  label: Element;
  none: HTMLElement;
}

function tagNode(cell: Element): TagNode {
  const button = find<HTMLButtonElement>('button', cell);
  return { button, label: find('bdi', button), none: find('.note', cell) };
}

function fillTag({ button, label, none }: TagNode, value: string | undefined, text = value, fullName = ''): void {
  button.hidden = value === undefined;
  none.hidden = value !== undefined;
  setAttribute(button, 'data-value', value ?? '');
  setShortName(label, text ?? '', fullName);
}

/** Takes over a row of the template, rendered at build time or cloned. */
export function rowNode(element: HTMLElement): RowNode {
  const name = find<HTMLButtonElement>('.name', element);
  const nameText = find('bdi', name);
  const page = find<HTMLAnchorElement>('.page-link', element);
  const alias = find('.alias', element);
  const cells = find('.c-cells .number', element);
  const unit = find('.unit', element);
  const pair = find('.pair', element);
  const [leftCount, rightCount] = [find('.left-count', pair), find('.right-count', pair)];
  const [leftBar, rightBar] = [find('.left', pair), find('.right', pair)];
  const cuts = find('.cut', pair);
  const sideNote = find<HTMLElement>('.c-sides .note', element);
  const region = tagNode(find('.c-region', element));
  const rois = [...element.querySelectorAll<HTMLButtonElement>('.roi')].map(roiNode);
  const roiNote = find<HTMLElement>('.c-rois .note', element);
  const transmitter = tagNode(find('.c-nt', element));
  const swatch = find('.swatch', transmitter.button);
  const group = tagNode(find('.c-class', element));
  const more = find('.more', element);
  const values = [region.button, ...rois.map(({ button }) => button), transmitter.button, group.button];

  function fillSides({ sides, sideNote: note }: RowView): void {
    pair.hidden = sides === null;
    setText(sideNote, note);
    setAttribute(sideNote, 'data-tip', note);
    if (sides === null) return;
    setAttribute(pair, 'aria-label', sides.facts);
    setText(leftCount, sides.left);
    setText(rightCount, sides.right);
    setAttribute(leftBar, 'x', String(-sides.leftLength));
    setAttribute(leftBar, 'width', String(sides.leftLength));
    setAttribute(rightBar, 'width', String(sides.rightLength));
    setAttribute(cuts, 'd', sides.cuts);
  }

  function setCurrent(current: boolean): void {
    for (const stop of [name, page, ...values]) setAttribute(stop, 'tabindex', current ? '0' : '-1');
  }

  return {
    element,
    name,
    setCurrent,
    fill(view, position, { query, chosen, otherName, otherLabel, open, current }) {
      setAttribute(element, 'aria-rowindex', String(position + 2));
      setAttribute(element, 'data-position', String(position));
      element.classList.toggle('open', open);
      setAttribute(name, 'aria-expanded', String(open));
      setMarked(nameText, view.name, query);
      setAttribute(name, 'data-tip', view.name);
      page.hidden = view.page === null;
      setAttribute(page, 'href', view.page ?? '');
      setAttribute(page, 'aria-label', `Page of ${view.name}`);
      alias.hidden = otherName === null;
      setMarked(alias, otherName ?? '', query, otherLabel);
      setAttribute(alias, 'data-tip', otherLabel + (otherName ?? ''));
      setText(cells, view.cells);
      setText(unit, ` ${view.unit}`);
      fillSides(view);
      fillTag(region, view.region ?? undefined, undefined, view.regionFullName);
      setAttribute(region.button, 'aria-label', view.regionTip);
      setAttribute(region.button, 'data-tip', view.regionFullName === '' ? '' : view.regionTip);
      setText(region.none, view.regionNote);
      rois.forEach((roi, slot) => {
        fillRoi(roi, view.rois[slot]);
      });
      setText(roiNote, view.roiNote);
      setAttribute(roiNote, 'data-tip', view.roiNote);
      fillTag(transmitter, view.transmitter?.name, view.transmitter?.short);
      setAttribute(transmitter.button, 'data-tip', view.transmitter?.name ?? '');
      setAttribute(swatch, 'class', `swatch tone-${view.transmitter?.tone ?? 'none'}`);
      fillTag(group, view.class?.value);
      setAttribute(group.button, 'data-facet', view.class?.facet ?? 'class');
      setAttribute(group.button, 'data-tip', view.class?.value ?? '');
      setText(more, view.class?.more ?? '');
      for (const button of values) {
        const facet = button.dataset.facet as keyof ViewState['chosen'];
        setAttribute(button, 'aria-pressed', String(chosen[facet]?.includes(button.dataset.value ?? '') ?? false));
      }
      setCurrent(current);
    },
  };
}
