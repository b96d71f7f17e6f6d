/** The URI of a Neo4j, taken apart without its driver. */
import { ConfigError, withoutSecrets } from '../../errors.ts';

/** @throws ConfigError for a URI that is none, or one with a password, which must not be where a URI may be */
export function parsedUri(uri: string): URL {
  const url = URL.canParse(uri) ? new URL(uri) : null;
  if (!url || !/^(bolt|neo4j)(\+s|\+ssc)?:$/.test(url.protocol) || url.hostname === '') {
    throw new ConfigError(
      `Expected bolt://HOST:PORT or neo4j://HOST:PORT, got ${JSON.stringify(withoutSecrets(uri))}.`,
    );
  }
  if (url.username || url.password) {
    throw new ConfigError('Expected no user and password in the URI; give them as NEO4J_USERNAME and NEO4J_PASSWORD.');
  }
  return url;
}
