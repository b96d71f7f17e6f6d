import { describe, expect, test } from 'vitest';
import { errorOf, type Neo4jFailure } from '../../../src/connectome/neo4j/neo4jErrors.ts';
import { ConnectError, QueryError } from '../../../src/errors.ts';

const place = { where: 'host:7687', database: 'neo4j' };

describe('a query that fails', () => {
  test.each([
    ['memory', 'Neo.TransientError.General.MemoryPoolOutOfMemoryError'],
    ['memory', 'Neo.TransientError.General.TransactionOutOfMemoryError'],
    ['memory', 'Neo.TransientError.General.OutOfMemoryError'],
    ['memory', 'Neo.ClientError.Transaction.TransactionMemoryLimit'],
    ['timeout', 'Neo.ClientError.Transaction.TransactionTimedOut'],
    ['timeout', 'Neo.ClientError.Transaction.TransactionTimedOutClientConfiguration'],
    ['busy', 'Neo.TransientError.Request.NoThreadsAvailable'],
    ['busy', 'Neo.TransientError.Transaction.MaximumTransactionLimitReached'],
    ['passing', 'Neo.TransientError.Transaction.DeadlockDetected'],
    ['passing', 'Neo.ClientError.Transaction.Terminated'],
    ['passing', 'Neo.ClientError.Transaction.LockClientStopped'],
    ['question', 'Neo.ClientError.Statement.SyntaxError'],
    ['question', 'Neo.ClientError.Statement.ParameterMissing'],
    ['data', 'Neo.ClientError.Statement.TypeError'],
    ['data', 'Neo.ClientError.Statement.ArithmeticError'],
    ['data', 'Neo.ClientError.Procedure.ProcedureCallFailed'],
    ['data', 'Neo.DatabaseError.Statement.ExecutionFailed'],
    ['data', 'N/A'],
  ])('is a failure of %s by %s', (failure, code) => {
    const error = errorOf({ code, message: 'first line\nsecond line' }, place);
    expect(error).toBeInstanceOf(QueryError);
    expect(error).toMatchObject({ failure, message: expect.not.stringContaining('\n') });
  });

  test.each<[string, Neo4jFailure]>([
    ['memory', { code: 'Neo.DatabaseError.Statement.ExecutionFailed', gqlStatus: '51N72' }],
    ['memory', { code: 'Neo.DatabaseError.Statement.ExecutionFailed', gqlStatus: '51N73' }],
    ['busy', { code: 'Neo.DatabaseError.Transaction.TransactionStartFailed', gqlStatus: '51N74' }],
    ['busy', { code: 'Neo.TransientError.General.Unknown', diagnosticRecord: { _idempotent: true } }],
    [
      'unknownFunction',
      { code: 'Neo.ClientError.Statement.SyntaxError', message: "Unknown function 'apoc.convert.fromJsonMap'" },
    ],
    // What a text quotes decides nothing where there is a code.
    [
      'data',
      { code: 'Neo.ClientError.Procedure.ProcedureCallFailed', message: 'TransientError acquisition timed out' },
    ],
  ])('is a failure of %s by what stands beside its code', (failure, given) => {
    expect(errorOf(given, place)).toMatchObject({ failure });
  });

  test('says what to do', () => {
    const messageOf = (code: string): string => errorOf({ code, message: 'why' }, place).message;
    expect(messageOf('Neo.TransientError.General.MemoryPoolOutOfMemoryError')).toMatch(/by --batch-weight\.$/);
    expect(messageOf('Neo.ClientError.Transaction.TransactionTimedOut')).toMatch(/--batch-weight, .* --timeout-ms\.$/);
    expect(messageOf('Neo.TransientError.Request.NoThreadsAvailable')).toMatch(/by --concurrency\.$/);
    expect(messageOf('Neo.ClientError.Statement.SyntaxError')).toMatch(/SyntaxError\): why$/);
  });
});

describe('a server that is not reached, or lets nobody in', () => {
  test.each([
    [true, 'ServiceUnavailable', 'connect ECONNREFUSED', /nothing listens there/],
    [true, 'SessionExpired', 'Connection was closed by server', /the connection was lost/],
    [true, 'Neo.TransientError.General.DatabaseUnavailable', 'not now', /not now/],
    [true, 'N/A', 'Server responded HTTP. Make sure you are not trying to connect', /give the Bolt port/],
    [true, 'N/A', 'Connection acquisition timed out in 20000 ms.', /no answer within 20 s/],
    [false, 'Neo.ClientError.Security.Unauthorized', 'no', /set NEO4J_USERNAME and NEO4J_PASSWORD/],
    [false, 'Neo.ClientError.Security.Forbidden', 'no role', /may not read: no role/],
    [false, 'Neo.ClientError.Database.DatabaseNotFound', 'none', /the database "neo4j", which is not there/],
  ])('an outage: %s, by %s', (isOutage, code, message, line) => {
    const error = errorOf({ code, message }, place);
    expect(error).toBeInstanceOf(ConnectError);
    expect(error).toMatchObject({ isOutage, message: expect.stringMatching(line) });
  });
});
