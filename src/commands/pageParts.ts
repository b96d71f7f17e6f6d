/** Where what the pages are made of lies in the package. */
import { join } from 'node:path';
import { packageRoot } from '../packageRoot.ts';

export const TEMPLATES: string = join(packageRoot(), 'templates');
export const BROWSER: string = join(packageRoot(), 'dist', 'browser');
