/** Cache keys: everything that decides whether a kept answer may stand in for a new one. */

/** Raised when the shape of a kept description changes: older ones are then never read. */
const DESCRIPTION_VERSION = 2;

/** @param source Connectome.id, which names server and dataset and holds no secret */
export function descriptionKey(source: string): string {
  return `description/${DESCRIPTION_VERSION}/${source}`;
}

/** Raised when the controller's model changes its meaning. */
const PACE_VERSION = 1;

/** What a lookup costs at a source. */
export function paceKey(source: string, lookup: string): string {
  return `pace/${PACE_VERSION}/${lookup}/${source}`;
}
