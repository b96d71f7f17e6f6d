/**
 * A page in the shape of neuView's types.html (2ae6997), of the same data as ours: a card for every type in the
 * document, all of them in a hidden container that is cloned whole into the visible one when the page opens and at
 * each key; then those that do not match are hidden. Its cards have about as many characters as neuView's (1,765).
 */
import type { Catalog, TypeEntry } from '../../src/catalog/catalog.ts';

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

function tag(kind: string, text: string): string {
  return `<span class="view-indicator ${kind}-tag" data-${kind}="${escaped(text)}" title="Filter by ${kind}: ${escaped(text)}">${escaped(text)}</span>`;
}

function card({ name, cells, rois, region, neurotransmitter, annotations }: TypeEntry): string {
  const { total, left, right, middle } = cells;
  const rows = (rois ?? [])
    .slice(0, 10)
    .map(
      (roi) =>
        `<div class="roi-item"><span class="roi-name roi-tag" data-roi="${escaped(roi.name)}">${escaped(roi.name)}</span><span class="roi-percentage post" title="${roi.post} input synapses">${roi.postPercent}%</span><span class="roi-percentage pre" title="${roi.pre} output synapses">${roi.prePercent}%</span></div>`,
    );
  const tags = [
    ...(region === null ? [] : [tag('region', region)]),
    ...(neurotransmitter === null ? [] : [tag('nt', neurotransmitter.name)]),
    ...['superclass', 'class', 'subclass', 'dimorphism', 'hemilineage'].flatMap((kind) =>
      (annotations[kind as keyof typeof annotations] ?? []).map((value) => tag(kind, value)),
    ),
  ];
  const data = `data-name="${escaped(name.toLowerCase())}" data-has-left="${left > 0}" data-has-right="${right > 0}" data-has-middle="${middle > 0}" data-count="${total}" data-region="${escaped(region ?? '')}" data-rois="${escaped((rois ?? []).map((roi) => roi.name).join(','))}"`;
  return `<div class="neuron-card-wrapper" ${data}><div class="neuron-card"><div class="neuron-card-header"><a href="types/${escaped(encodeURIComponent(name))}.html" class="neuron-name-link">${escaped(name)}</a><span class="neuron-counts">${total} (L${left} R${right} M${middle})</span></div><div class="view-indicators">${tags.join('')}</div><div class="roi-list">${rows.join('')}</div></div></div>`;
}

const SCRIPT = `
const hidden = document.querySelector('#hidden'), shown = document.querySelector('#shown'), q = document.querySelector('#q');
function filter() {
  shown.replaceChildren(...Array.from(hidden.children, (card) => card.cloneNode(true)));
  const query = q.value.toLowerCase();
  let matching = 0;
  for (const card of shown.children) {
    const matches = card.querySelector('.neuron-name-link').textContent.toLowerCase().includes(query);
    card.style.display = matches ? '' : 'none';
    if (matches) matching++;
  }
  document.querySelector('#summary').textContent = matching + ' types';
}
q.addEventListener('input', filter);
addEventListener('resize', filter);
filter();
`;

export function cardsPage({ types }: Catalog): string {
  return `<!doctype html><meta charset="utf-8"><title>Types</title>
<style>#hidden{display:none}#shown{display:grid;grid-template-columns:repeat(auto-fill,minmax(300px,1fr));gap:16px}.neuron-card{border:1px solid #ccc;padding:8px}.roi-item{display:flex;gap:8px}</style>
<input id="q"><p id="summary"></p><div id="hidden">${types.map(card).join('\n')}</div><div id="shown"></div>
<script>${SCRIPT}</script>`;
}
