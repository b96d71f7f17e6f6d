import { describe, expect, test } from 'vitest';
import { neuprintId } from '../../../src/connectome/identity.ts';
import { neuprintOrigin, tokenIn } from '../../../src/connectome/neuprint/neuprintUrl.ts';
import { ConfigError } from '../../../src/errors.ts';

function refusalOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as Error).message).toMatch(/^[^\n]+\.$/);
    // A cause is printed by whoever prints the error as a whole.
    expect((error as Error).cause).toBeUndefined();
    return (error as Error).message;
  }
  throw new Error('expected a refusal');
}

describe('the address of a server', () => {
  test.each([
    ['https://neuprint.janelia.org', 'https://neuprint.janelia.org'],
    ['https://neuprint.janelia.org/', 'https://neuprint.janelia.org'],
    ['HTTPS://NeuPrint.Janelia.org:443/', 'https://neuprint.janelia.org'],
    ['https://neuprint.janelia.org/results?dataset=hemibrain%3Av1.2.1&tab=1#x', 'https://neuprint.janelia.org'],
    ['https://host:8443/api/custom/custom', 'https://host:8443'],
    ['http://localhost:11000', 'http://localhost:11000'],
    ['http://127.0.0.1:11000/', 'http://127.0.0.1:11000'],
    ['http://127.1.2.3', 'http://127.1.2.3'],
    ['http://[::1]:11000/x', 'http://[::1]:11000'],
    ['https://[::1]', 'https://[::1]'],
  ])('%s is %s', (given, origin) => {
    expect(neuprintOrigin(given)).toBe(origin);
  });

  test.each([
    ['http://neuprint.janelia.org', 'neuprint.janelia.org'],
    ['http://localhost.evil.org:80/x', 'localhost.evil.org'],
    ['http://127.0.0.1.evil.org', '127.0.0.1.evil.org'],
    ['http://10.0.0.7:11000', '10.0.0.7:11000'],
    ['http://[2001:db8::1]', '[2001:db8::1]'],
  ])('%s would be read on the way', (given, host) => {
    expect(refusalOf(() => neuprintOrigin(given))).toBe(
      `--source: expected https:// for ${host}; http:// is for localhost only, since anybody on the way can read it.`,
    );
  });

  test.each(['https://', 'https://a b', 'https://host:notaport', 'http://[::1'])('%s is none', (given) => {
    expect(refusalOf(() => neuprintOrigin(given))).toBe(
      `--source: expected https://HOST, got ${JSON.stringify(given)}.`,
    );
  });

  test.each([
    'https://user:S3CRET@host',
    'https://S3CRET@host/path',
    'http://user:S3CRET@localhost',
    'https://user:S3CRET@host:notaport',
    'https://user:S3CRET@',
    'https://:@host?token=S3CRET',
    'https://host:x?dsg_token=S3CRET',
  ])('a user, password or token in it is refused or passed over, never shown: %#', (given) => {
    let shown = '';
    try {
      shown = neuprintOrigin(given);
    } catch (error) {
      shown = (error as Error).message;
    }
    expect(shown).not.toContain('S3CRET');
  });

  test('the key of a cache has the host and the dataset, nothing else of it', () => {
    expect(neuprintId('https://Host/x?dsg_token=S3CRET', 'manc:v1.2')).toBe(neuprintId('https://host', 'manc:v1.2'));
    expect(neuprintId('https://host', 'manc:v1.2')).not.toBe(neuprintId('https://host', 'manc:v1.0'));
    expect(() => neuprintId('https://user:S3CRET@host', 'manc')).toThrow(/^(?!.*S3CRET)/);
  });
});

describe('a token', () => {
  const TOKEN = 'eyJhbGciOiJIUzI1NiJ9.eyJ4Ijp7fX0.a-b_c/d+e=';

  test.each([
    ['as it is', TOKEN],
    ['with a line end', `${TOKEN}\r\n`],
    ['with blanks around it', `  \t${TOKEN} \n\n`],
    ['after a byte order mark', `\ufeff${TOKEN}\n`],
    ['as the JSON that the page of a server gives', JSON.stringify({ token: TOKEN })],
    ['as that JSON, after a byte order mark', `\ufeff${JSON.stringify({ token: TOKEN })}\r\n`],
    ['in that JSON, laid out, with blanks', `\n ${JSON.stringify({ token: ` ${TOKEN}\n`, exp: 1 }, null, 2)}\n`],
  ])('%s', (_title, text) => {
    expect(tokenIn(text, 'FILE')).toBe(TOKEN);
  });

  const EXPECTED = 'FILE: expected a token as one word, or as {"token": "…"}; found';
  test.each([
    ['', 'nothing'],
    [' \n\t', 'nothing'],
    ['{"token":" "}', 'nothing'],
    ['S3CRET\nS3CRET', 'blanks or other characters in it'],
    ['"S3CRET"', 'blanks or other characters in it'],
    ['S3CRET<&>', 'blanks or other characters in it'],
    ['Bearer S3CRET', 'blanks or other characters in it'],
    ['S3CRETé', 'blanks or other characters in it'],
    ['S3CRET\u0000', 'blanks or other characters in it'],
    ['{"token":"S3CRET S3CRET"}', 'blanks or other characters in it'],
    ['{"key":"S3CRET"}', 'JSON without one'],
    ['{"token":{"a":"S3CRET"}}', 'JSON without one'],
    ['{"token":"S3CRET"', 'JSON without one'],
    ['{S3CRET}', 'JSON without one'],
  ])('%j is none, and is not shown', (text, found) => {
    const message = refusalOf(() => tokenIn(text, 'FILE'));
    expect(message).toBe(`${EXPECTED} ${found}.`);
    expect(message).not.toContain('S3CRET');
  });
});
