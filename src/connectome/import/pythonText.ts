/** Python's literals, as pandas writes dicts and lists into a CSV, as JSON and as lists: in SQL, so that no row leaves the database. */
import { quoteLiteral } from '../file/database.ts';

/** A quoted text of Python or JSON, or what lies between two of them. */
const PIECE = String.raw`'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[^'"]+`;

/** The pieces between texts: None, nan, True, False, and the type that numpy 2 writes around its numbers. */
const WORDS: readonly [RegExp, string][] = [
  [/np\.(?:u?int|float)\d*\(([^()]*)\)/, '\\1'],
  [/\b(?:None|nan|NaN|inf|Infinity)\b/, 'null'],
  [/\b(?:np\.)?True_?\b/, 'true'],
  [/\b(?:np\.)?False_?\b/, 'false'],
];

/**
 * SQL of `text`, an SQL expression that may hold JSON or a literal of Python ({'ME(R)': {'pre': 1}, "a'L(R)": None}),
 * as JSON text; what is neither stays as it is.
 */
export function jsonOfPython(text: string): string {
  return firstJson(text, [fromPython(text)]);
}

/** SQL of `text` as VARCHAR[] where it holds a list of JSON, of Python, or as numpy prints one (['a' 'b']); else NULL. */
export function listOfPython(text: string): string {
  const json = fromPython(text);
  const withCommas = `regexp_replace(${json}, '"\\s+"', '", "', 'g')`;
  return `CASE WHEN starts_with(${text}, '[') AND TRY(json_type(${firstJson(text, [json, withCommas])})) = 'ARRAY'
    THEN from_json(${firstJson(text, [json, withCommas])}, '["VARCHAR"]') END`;
}

function firstJson(text: string, candidates: readonly string[]): string {
  const cases = [text, ...candidates].map((sql) => `WHEN json_valid(${sql}) THEN ${sql}`);
  return `CASE ${cases.join(' ')} ELSE ${text} END`;
}

/** SQL of `text`, a literal of Python or JSON with NaN, as strict JSON. */
export function fromPython(text: string): string {
  const single = `'"' || replace(replace(regexp_replace(p[2:-2], '\\\\x([0-9a-f]{2})', '\\u00\\1', 'g'), '\\''', ''''), '"', '\\"') || '"'`;
  const words = WORDS.reduce(
    (sql, [pattern, by]) => `regexp_replace(${sql}, ${quoteLiteral(pattern.source)}, ${quoteLiteral(by)}, 'g')`,
    'p',
  );
  const piece = `CASE p[1] WHEN '''' THEN ${single} WHEN '"' THEN p ELSE ${words} END`;
  return `array_to_string(list_transform(regexp_extract_all(${text}, ${quoteLiteral(PIECE)}, 0, 's'), lambda p: ${piece}), '')`;
}
