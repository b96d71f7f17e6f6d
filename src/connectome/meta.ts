/** The properties of a :Meta node, in whichever form a source gives them, as a DatasetDescription. */
import { hash } from 'node:crypto';
import { DecodeError } from '../errors.ts';
import type { DatasetDescription, RoiNode } from './connectome.ts';

/** The :Meta properties that a description is made of. */
export const META_PROPERTIES = [
  'dataset',
  'tag',
  'uuid',
  'lastDatabaseEdit',
  'primaryRois',
  'roiHierarchy',
  'roiInfo',
] as const;

/**
 * Reads :Meta properties. Lists and objects may come as such or as JSON text (Neo4j has no maps).
 * @throws DecodeError if the dataset has no name, or a property does not have its shape
 */
export function descriptionFromMeta(meta: Readonly<Record<string, unknown>>): Omit<DatasetDescription, 'edit'> {
  const name = textOf(meta.dataset, 'dataset');
  if (name === null)
    throw new DecodeError('Meta: expected a property "dataset" with the name of the dataset, found none.');
  const primaryRois = roiListOf(parsed(meta.primaryRois, 'primaryRois'));
  const roiHierarchy = hierarchyOf(parsed(meta.roiHierarchy, 'roiHierarchy'));
  return {
    name,
    tag: textOf(meta.tag, 'tag'),
    uuid: textOf(meta.uuid, 'uuid'),
    lastDatabaseEdit: textOf(meta.lastDatabaseEdit, 'lastDatabaseEdit'),
    primaryRois,
    roiHierarchy,
    // Totals as they come: nothing is read from them, and what cannot be parsed is a digest like any other.
    roisDigest: hash('sha256', JSON.stringify([primaryRois, roiHierarchy, meta.roiInfo ?? null])).slice(0, 16),
  };
}

function textOf(value: unknown, property: string): string | null {
  if (value === null || value === undefined || value === '') return null;
  if (typeof value === 'string') return value;
  throw new DecodeError(`Meta: expected "${property}" to be text, got ${typeof value}.`);
}

function parsed(value: unknown, property: string): unknown {
  if (typeof value !== 'string') return value ?? null;
  if (value === '') return null;
  try {
    return JSON.parse(value);
  } catch (cause) {
    throw new DecodeError(`Meta: expected "${property}" to be JSON, got ${JSON.stringify(value.slice(0, 40))}.`, {
      cause,
    });
  }
}

function roiListOf(value: unknown): string[] | null {
  if (value === null) return null;
  if (Array.isArray(value) && value.every((roi) => typeof roi === 'string')) return value.length > 0 ? value : null;
  throw new DecodeError('Meta: expected "primaryRois" to be a list of ROI names.');
}

function hierarchyOf(value: unknown): RoiNode | null {
  if (value === null) return null;
  if (isRoiNode(value)) return bareNode(value);
  throw new DecodeError(
    'Meta: expected "roiHierarchy" to be an object {name, children?} with such objects as children.',
  );
}

/** Without what else a node may carry. */
function bareNode({ name, children }: RoiNode): RoiNode {
  return children ? { name, children: children.map(bareNode) } : { name };
}

function isRoiNode(value: unknown): value is RoiNode {
  if (typeof value !== 'object' || value === null) return false;
  const { name, children } = value as { name?: unknown; children?: unknown };
  if (typeof name !== 'string') return false;
  return children === undefined || children === null || (Array.isArray(children) && children.every(isRoiNode));
}
