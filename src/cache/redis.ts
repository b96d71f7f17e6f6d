import type { Store } from './store.ts';
export async function openRedisStore(uri: string): Promise<Store> {
  throw new Error(`${uri.length} not yet`);
}
