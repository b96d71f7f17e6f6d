/** Whom a neuPrint server lets read what, and how it says no. */

/** Left out of a server: everybody reads everything, and no header is looked at. */
export interface Access {
  tokens: readonly string[];
  /** Datasets that are read without a token, by name without version. */
  publicDatasets?: readonly string[];
  /** Datasets that none of the tokens may read. */
  closedDatasets?: readonly string[];
  /** Datasets whose terms nobody has accepted. */
  termsOf?: readonly string[];
  /** The service that knows tokens does not answer. */
  isDown?: boolean;
}

export interface Refusal {
  status: number;
  body: Record<string, unknown>;
}

/** What an Authorization header is, never what it says. */
export type AuthorizationKind = 'none' | 'empty' | 'malformed' | 'bearer';

export function authorizationKind(header: string | undefined): AuthorizationKind {
  if (header === undefined) return 'none';
  if (header.trim() === '') return 'empty';
  return /^bearer \S+$/i.test(header) ? 'bearer' : 'malformed';
}

/** A header that is there and no token is refused, also where none is needed. */
export function refusedToken(access: Access | undefined, header: string | undefined): Refusal | null {
  const kind = authorizationKind(header);
  if (access === undefined || kind === 'none') return null;
  if (kind !== 'bearer') return { status: 401, body: { message: 'authentication required' } };
  if (access.isDown) return { status: 502, body: { message: 'auth service unavailable' } };
  const token = (header as string).replace(/^bearer /i, '');
  return access.tokens.includes(token) ? null : { status: 401, body: { message: 'invalid or expired token' } };
}

/** @param dataset name, or name:tag */
export function refusedDataset(access: Access | undefined, dataset: string, hasToken: boolean): Refusal | null {
  if (access === undefined) return null;
  const name = dataset.split(':', 1)[0] as string;
  if (access.termsOf?.includes(name)) {
    const message = `You must accept the terms of service to access the ${name} dataset`;
    return { status: 403, body: { message, tos_required: true, tos_url: `/tos/${name}`, dataset: name } };
  }
  if (!hasToken) {
    const isPublic = access.publicDatasets?.includes(name);
    return isPublic ? null : { status: 401, body: { message: 'authentication required' } };
  }
  if (!access.closedDatasets?.includes(name)) return null;
  return { status: 403, body: { message: `You do not have access to ${name} dataset` } };
}
