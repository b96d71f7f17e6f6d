/** What a user names as cache -> the store behind it. */
import type { Store } from './store.ts';

/**
 * @param cache a folder, redis://HOST:PORT or rediss://, or none
 * @param tell says in one line what the user should know: a damaged file was set aside
 * @throws an Error whose message says why nothing can be kept there
 */
export async function openStore(cache: string, tell: (text: string) => void): Promise<Store | null> {
  if (cache === 'none') return null;
  if (isRedis(cache)) return await (await import('./redis.ts')).openRedisStore(cache);
  return await (await import('./sqlite.ts')).openSqliteStore(cache, tell);
}

export function isRedis(cache: string): boolean {
  return /^rediss?:\/\//.test(cache);
}
