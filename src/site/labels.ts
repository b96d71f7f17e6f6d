/** What the pages call the annotations of neuPrint. */

import type { Annotation } from '../catalog/catalog.ts';

export const ANNOTATION_LABELS: Record<Annotation, string> = {
  superclass: 'Superclass',
  class: 'Class',
  subclass: 'Subclass',
  supertype: 'Supertype',
  somaNeuromere: 'Soma neuromere',
  itoleeHl: 'Hemilineage (Ito and Lee)',
  trumanHl: 'Hemilineage (Truman)',
  hemilineage: 'Hemilineage',
  cellBodyFiber: 'Cell body fiber',
  dimorphism: 'Dimorphism',
  hemibrainType: 'Hemibrain type',
  mancType: 'MANC type',
  flywireType: 'FlyWire type',
  synonyms: 'Synonyms',
};
