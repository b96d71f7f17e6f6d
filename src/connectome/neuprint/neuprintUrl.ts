/** The address of a neuPrint server and the token that opens it, checked without asking the server. */
import { ConfigError, withoutSecrets } from '../../errors.ts';

/** As RFC 6750 has it. A server that repeats it in JSON writes none of these otherwise, so that it is found there. */
const TOKEN = /^[\w.~+/-]+=*$/;

const LOCALHOST = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/**
 * https://neuprint.janelia.org: what comes after the host (a page's path, a query) is passed over.
 * @throws ConfigError for an address that is none, has a user or password in it, or would send a token unencrypted
 */
export function neuprintOrigin(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed === null || !/^https?:$/.test(parsed.protocol) || parsed.hostname === '')
    throw new ConfigError(`--source: expected https://HOST, got ${JSON.stringify(withoutSecrets(url))}.`);
  if (parsed.username || parsed.password)
    throw new ConfigError(
      '--source: expected no user and password in the address; neuPrint takes a token (--token-file).',
    );
  if (parsed.protocol === 'http:' && !LOCALHOST.test(parsed.hostname))
    throw new ConfigError(
      `--source: expected https:// for ${parsed.host}; http:// is for localhost only, since anybody on the way can read it.`,
    );
  return parsed.origin;
}

/**
 * The token in a text that is one, or the JSON {"token": "…"} that neuPrint's own page gives.
 * @param origin where the text came from, for messages; the text itself is in none
 * @throws ConfigError if there is no token in it
 */
export function tokenIn(text: string, origin: string): string {
  // A byte order mark goes with the blanks; JSON.parse knows none.
  const trimmed = text.trim();
  const token = trimmed.startsWith('{') ? tokenOfJson(trimmed) : trimmed;
  if (typeof token === 'string' && TOKEN.test(token)) return token;
  throw new ConfigError(`${origin}: expected a token as one word, or as {"token": "…"}; found ${wrongIn(token)}.`);
}

function tokenOfJson(text: string): unknown {
  try {
    const { token } = JSON.parse(text) as { token?: unknown };
    return typeof token === 'string' ? token.trim() : null;
  } catch {
    // Told by the caller: the parser's own message quotes the text.
    return null;
  }
}

function wrongIn(token: unknown): string {
  if (token === '') return 'nothing';
  return typeof token === 'string' ? 'blanks or other characters in it' : 'JSON without one';
}
