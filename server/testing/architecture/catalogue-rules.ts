import type { SourceFile, Violation } from './source-files.ts';

const catalogue = /^app\/_messages\/([a-z]{2})\/([a-z0-9-]+\.json)$/;

/** Every language has the same catalogues, the same keys, and the same placeholders in each text. */
export function catalogueViolations(files: readonly SourceFile[]): Violation[] {
  const languages = readLanguages(files);
  const everywhere = new Map<string, string>();
  for (const texts of languages.values())
    for (const [key, text] of texts) if (!everywhere.has(key)) everywhere.set(key, text);
  return [...languages].flatMap(([language, texts]) =>
    [...everywhere].flatMap(([key, model]) => {
      const message = textProblem(texts.get(key), model);
      const [file = '', name = ''] = key.split('#');
      return message === null
        ? []
        : [{ path: `app/_messages/${language}/${file}`, line: 1, message: `${name} ${message}` }];
    }),
  );
}

/** By language, the texts under `file#dotted.key`. */
function readLanguages(files: readonly SourceFile[]): Map<string, Map<string, string>> {
  const languages = new Map<string, Map<string, string>>();
  for (const { path, text } of files) {
    const [, language, file] = catalogue.exec(path) ?? [];
    if (language === undefined || file === undefined) continue;
    const texts = languages.get(language) ?? new Map<string, string>();
    for (const [key, value] of flatten(JSON.parse(text), '')) texts.set(`${file}#${key}`, value);
    languages.set(language, texts);
  }
  return languages;
}

function flatten(value: unknown, prefix: string): [string, string][] {
  if (typeof value !== 'object' || value === null) return [[prefix, String(value)]];
  return Object.entries(value).flatMap(([key, inner]) => flatten(inner, prefix === '' ? key : `${prefix}.${key}`));
}

function textProblem(text: string | undefined, model: string): string | null {
  if (text === undefined) return 'is missing in this language';
  if (text.trim() === '') return 'is empty';
  const missing = placeholders(model).filter((name) => !placeholders(text).includes(name));
  const unknown = placeholders(text).filter((name) => !placeholders(model).includes(name));
  if (missing.length > 0) return `lacks {${missing.join('}, {')}}`;
  return unknown.length > 0 ? `has {${unknown.join('}, {')}}, which the other language does not` : null;
}

/** The arguments and tags of an ICU message: `{count, plural, …}` and `<link>`. */
function placeholders(text: string): string[] {
  const names = [...text.matchAll(/\{\s*([a-zA-Z]\w*)\s*[,}]/g)].map(([, name = '']) => name);
  const tags = [...text.matchAll(/<([a-zA-Z]\w*)\s*\/?>/g)].map(([, name = '']) => `<${name}>`);
  return [...new Set([...names.filter((name) => !isBranchText(text, name)), ...tags])].sort();
}

/** In `{count, plural, one {ducat} other {ducats}}` the words in braces are texts, not arguments. */
function isBranchText(text: string, name: string): boolean {
  return (
    new RegExp(`(?:\\b(?:zero|one|two|few|many|other|true|false|[a-z_]+)|=\\d+)\\s*\\{\\s*${name}\\s*\\}`).test(text) &&
    /\{\s*\w+\s*,\s*(plural|select)/.test(text)
  );
}
