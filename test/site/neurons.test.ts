import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Catalog } from '../../src/catalog/catalog.ts';
import { neuronsJson } from '../../src/site/data.ts';
import { type PageFiles, plainPageName, type TypePages } from '../../src/site/links/pageNames.ts';
import { slugOf } from '../../src/site/slug.ts';
import { hostileCatalog, quickCatalog } from '../support/catalogs.ts';

const url = z.string().regex(/^[^/\\%#?:]+(?:%[0-9A-F]{2}[^/\\%#?:]*)*\.html$/);
const items = z.array(z.string().min(1)).min(1);

/** The published form 2.0: nothing more, and nothing else. */
const published = z
  .strictObject({
    names: z.array(z.string()),
    neurons: z.array(
      z.strictObject({
        name: z.string().min(1),
        urls: z.strictObject({
          combined: url.optional(),
          left: url.optional(),
          right: url.optional(),
          middle: url.optional(),
        }),
        types: z.strictObject({ flywire: items.optional(), synonyms: items.optional() }).optional(),
      }),
    ),
    metadata: z.strictObject({
      generated: z.string().regex(/^\d{4}-(0\d|1[0-2])-[0-3]\d [0-2]\d:[0-5]\d:[0-5]\d$/),
      total_types: z.int().min(0),
      version: z.literal('2.0'),
    }),
  })
  .refine(({ names, neurons }) => neurons.every(({ name }, i) => name === names[i]), 'names in step with neurons')
  .refine(({ names, neurons, metadata }) => names.length === neurons.length && names.length === metadata.total_types);

function publishedFrom(catalog: Catalog, pages: TypePages | null = null): z.infer<typeof published> {
  const text = [...neuronsJson(catalog, '2026-11-21T08:00:00Z', pages)].join('');
  return published.parse(JSON.parse(text));
}

function pagesOf(catalog: Catalog, filesOf: (name: string) => PageFiles): TypePages {
  return { base: '../types/', files: new Map(catalog.types.map(({ name }) => [name, filesOf(name)])) };
}

/** Names that an address would read as something else. */
function withNames(...names: string[]): Catalog {
  const [model] = hostileCatalog().types;
  return { ...hostileCatalog(), types: names.map((name) => ({ ...model, name })) as Catalog['types'] };
}

describe('data/neurons.json', () => {
  it.each([
    ['hostile', hostileCatalog()],
    ['quick', quickCatalog()],
    ['empty', { ...hostileCatalog(), types: [] }],
  ])('is in the published form for a catalogue that is %s, with pages and without', (_title, catalog) => {
    const names = catalog.types.map(({ name }) => name);
    expect(publishedFrom(catalog).names).toEqual(names);
    const slugs = pagesOf(catalog, (name) => ({ combined: `${slugOf(name)}.html` }));
    const plain = pagesOf(catalog, (name) => ({
      right: plainPageName(name, 'right'),
      combined: plainPageName(name, 'combined'),
    }));
    for (const pages of [slugs, plain]) expect(publishedFrom(catalog, pages).names).toEqual(names);
  });

  it('holds file names that lead to the page, put after the folder as services do', () => {
    const names = ["KCa'b'-m", 'INXXX447, INXXX449', 'PEN_b(PEN2)', '100% #1?', 'a\\b:c', 'Ünï', 'a%2fb'];
    const catalog = withNames(...names);
    const { neurons } = publishedFrom(
      catalog,
      pagesOf(catalog, (name) => ({ left: plainPageName(name, 'left') })),
    );
    const reached = neurons.map(({ urls }) => {
      const { pathname, search, hash } = new URL(`types/${urls.left}`, 'https://lab.org/site/');
      return decodeURIComponent(pathname) + search + hash;
    });
    expect(reached).toEqual(names.map((name) => `/site/types/${plainPageName(name, 'left')}`));
    // As they are published, wherever that works.
    expect(neurons[0]?.urls).toEqual({ left: "KCa'b'-m_L.html" });
    expect(neurons[1]?.urls).toEqual({ left: 'INXXX447,_INXXX449_L.html' });
  });

  it('tells FlyWire types and synonyms one by one', () => {
    const [model] = hostileCatalog().types;
    const annotations = {
      flywireType: ['KCab', 'KCab, KCapbp'],
      synonyms: ['Lee 2002, Nojima 2021: pC1; Yu 2010: pMP4', ' ; '],
    };
    const types = [{ ...model, annotations }] as Catalog['types'];
    expect(publishedFrom({ ...hostileCatalog(), types }).neurons[0]?.types).toEqual({
      flywire: ['KCab', 'KCapbp'],
      synonyms: ['Lee 2002, Nojima 2021: pC1', 'Yu 2010: pMP4'],
    });
  });
});
