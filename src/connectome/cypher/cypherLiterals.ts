/** Values written into the text of a query, for a server that takes no parameters. */
import type { CypherParameters, CypherValue } from './cypherServer.ts';

/** Names in backticks and texts in quotes stand for themselves, whatever is in them. */
const TOKENS = /`(?:[^`]|``)*`|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|\$(\w+)/gs;

/** Puts each parameter's value in its place. */
export function inlined(cypher: string, parameters: CypherParameters): string {
  return cypher.replaceAll(TOKENS, (token, name?: string) => {
    if (name === undefined) return token;
    const value = parameters[name];
    if (value === undefined) throw new RangeError(`Expected a parameter ${name} of the query, got none.`);
    return literalOf(value);
  });
}

/** @throws RangeError for a number that is no exact integer: Cypher would take it for a float */
export function literalOf(value: CypherValue): string {
  if (typeof value === 'string') return textLiteral(value);
  if (typeof value === 'object' && value !== null) return `[${value.map(literalOf).join(', ')}]`;
  if (typeof value === 'number' && !Number.isSafeInteger(value))
    throw new RangeError(`Expected a whole number below 2^53, got ${value}.`);
  return String(value);
}

/**
 * A text as a Cypher string. A colon is written as its code, since neuPrint replaces labels (":Neuron") by plain search,
 * within strings too; control characters are, since what lies between here and the server may change them.
 */
function textLiteral(text: string): string {
  const escaped = text.replaceAll(/['\\]/g, '\\$&').replaceAll(/[:\p{Cc}\u2028\u2029]/gu, codeOf);
  return `'${escaped}'`;
}

function codeOf(char: string): string {
  return `\\u${(char.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, '0')}`;
}
