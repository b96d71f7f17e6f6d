/** Which properties of its cells a dataset's :Meta node names. */

/** roiInfo is a table of its own; what begins with an underscore is a remark of whoever made the database, as in a file. */
const isKept = (name: string): boolean => name !== 'roiInfo' && !name.startsWith('_');

/** By name, what they are; null where the dataset does not say. */
export function declaredProperties(meta: Readonly<Record<string, unknown>>): ReadonlyMap<string, string> | null {
  const declared = parsed(meta.neuronProperties);
  if (typeof declared !== 'object' || declared === null || Array.isArray(declared)) return null;
  const known = Object.entries(declared).map(([name, type]) => [name, String(type)] as const);
  return known.length > 0 ? new Map(known) : null;
}

/**
 * Properties to be asked for, the best known first. A cell has a property of each ROI's name that it touches, which its
 * roiInfo tells too.
 */
export function propertiesOf(names: Iterable<string>, meta: Readonly<Record<string, unknown>>): string[] {
  const rois = roiNames(meta);
  const declared = declaredProperties(meta);
  // A property that the dataset declares to be more than true or false only shares the name.
  const isMark = (name: string): boolean => rois.has(name) && /^bool/i.test(declared?.get(name) ?? 'boolean');
  const others = [...new Set(names)].filter((name) => isKept(name) && !isMark(name) && !FIRST.includes(name));
  return [...FIRST, ...others.sort()];
}

const FIRST = ['bodyId', 'type', 'instance', 'status', 'pre', 'post'];

const ROI_LISTS = ['primaryRois', 'superLevelRois', 'nonHierarchicalROIs', 'overviewRois'];

/** In whichever of its lists the dataset names them. */
function roiNames(meta: Readonly<Record<string, unknown>>): Set<string> {
  const names = new Set(ROI_LISTS.flatMap((list) => textsIn(parsed(meta[list]))));
  for (const name of Object.keys(Object(parsed(meta.roiInfo)))) names.add(name);
  const visit = (node: unknown): void => {
    const { name, children } = Object(node) as { name?: unknown; children?: unknown };
    if (typeof name === 'string') names.add(name);
    if (Array.isArray(children)) for (const child of children) visit(child);
  };
  visit(parsed(meta.roiHierarchy));
  return names;
}

function textsIn(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** Lists and objects may come as such or as JSON text. */
function parsed(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    // What a description needs is read with it, and told of there.
    return null;
  }
}
