/** The links of the settings -> those that hold for a dataset, with what they say of it filled in. */

import { filled, holds } from '../../placeholders.ts';
import type { Settings } from '../../settings.ts';
import type { LinkTemplate } from '../table/columns.ts';

/** @param dataset name:tag as neuPrint writes it, the name alone where there is no tag */
export function linkTemplates(links: Settings['links'], dataset: string, tag: string | null): LinkTemplate[] {
  return links
    .filter((link) => (link.dataset?.test(dataset) ?? true) && !(tag === null && holds(link.url, 'tag')))
    .map(({ label, url }) => {
      const values = { dataset, tag, type: null, bodyIds: null };
      return { label, url: filled(url, (placeholder) => values[placeholder]) };
    });
}
