/** Which Neo4j servers the tests run: their Maven coordinates and how each spells its settings. */

export type Neo4jVersion = '5.26' | '4.4';

export const neo4jVersions: readonly Neo4jVersion[] = ['5.26', '4.4'];

export interface Artifact {
  groupId: string;
  artifactId: string;
  version: string;
}

export interface ServerSettings {
  port: number;
  pluginDir: string;
  pageCacheMb: number;
  requirePassword: boolean;
  transactionTimeoutMs: number;
  allowApoc: boolean;
}

interface Release {
  server: Artifact;
  apoc: readonly Artifact[];
  /** The jar of APOC 4.4 holds its own dependencies; a second set on the class path would shadow the server's. */
  apocHoldsDependencies: boolean;
  /** The newest it was seen to run on; 4.4 fails on 25 with a message that names no cause. */
  newestJava: number;
  settings(given: ServerSettings): Record<string, string>;
}

const apocGroup = 'org.neo4j.procedure';

export const releases: Readonly<Record<Neo4jVersion, Release>> = {
  '5.26': {
    server: { groupId: 'org.neo4j', artifactId: 'neo4j', version: '5.26.16' },
    apoc: [
      { groupId: apocGroup, artifactId: 'apoc-core', version: '5.26.0' },
      { groupId: apocGroup, artifactId: 'apoc-common', version: '5.26.0' },
    ],
    apocHoldsDependencies: false,
    newestJava: 25,
    settings: (given) => ({
      'server.bolt.enabled': 'true',
      'server.bolt.listen_address': `127.0.0.1:${given.port}`,
      'server.default_advertised_address': '127.0.0.1',
      'server.directories.plugins': given.pluginDir,
      'server.memory.pagecache.size': `${given.pageCacheMb}m`,
      'db.transaction.timeout': `${given.transactionTimeoutMs}ms`,
      'db.tx_log.preallocate': 'false',
      'dbms.security.procedures.unrestricted': 'apoc.*',
      'dbms.security.procedures.allowlist': given.allowApoc ? '*' : 'nothing.*',
      'dbms.security.auth_enabled': String(given.requirePassword),
      'dbms.security.auth_minimum_password_length': '1',
      'dbms.usage_report.enabled': 'false',
      'client.allow_telemetry': 'false',
      'server.bolt.telemetry.enabled': 'false',
      // Bolt otherwise waits 10 s for silence on every stop.
      'internal.server.bolt.thread_pool_shutdown_wait_time': '1s',
      'internal.server.bolt.connection_shutdown_wait_time': '1s',
      'internal.dbms.bolt.netty_server_shutdown_quiet_period': '0',
      'internal.dbms.bolt.netty_server_shutdown_timeout': '1',
    }),
  },
  '4.4': {
    server: { groupId: 'org.neo4j', artifactId: 'neo4j', version: '4.4.44' },
    // Before 5.0 Maven Central has no apoc-core: the whole of APOC is one artifact, and 4.4.0.25 its newest there.
    apoc: [{ groupId: apocGroup, artifactId: 'apoc', version: '4.4.0.25' }],
    apocHoldsDependencies: true,
    newestJava: 17,
    settings: (given) => ({
      'dbms.connector.bolt.enabled': 'true',
      'dbms.connector.bolt.listen_address': `127.0.0.1:${given.port}`,
      'dbms.default_advertised_address': '127.0.0.1',
      'dbms.directories.plugins': given.pluginDir,
      'dbms.memory.pagecache.size': `${given.pageCacheMb}m`,
      'dbms.transaction.timeout': `${given.transactionTimeoutMs}ms`,
      'dbms.tx_log.preallocate': 'false',
      'dbms.security.procedures.unrestricted': 'apoc.*',
      'dbms.security.procedures.allowlist': given.allowApoc ? '*' : 'nothing.*',
      'dbms.security.auth_enabled': String(given.requirePassword),
      'dbms.connector.bolt.unsupported_thread_pool_shutdown_wait_time': '1s',
      'unsupported.dbms.bolt.netty_server_shutdown_quiet_period': '0',
      'unsupported.dbms.bolt.netty_server_shutdown_timeout': '1',
    }),
  },
};
