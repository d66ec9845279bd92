import { BUILT_INS } from '@/server/templates/built-in';
import type { Language } from '@/server/templates/schema';

export type Content = { contentSid: string; variables: string[] };

/** WhatsApp takes no line break, no tab and no more than four spaces in a row in a variable of an approved template. */
const UNFIT = /[\r\n\t]| {5}/;

/** By language: the setting of Spanish has no ending of its own. */
const nameOf = (type: string, language: Language): string => (language === 'es' ? type : `${type}_${language}`);

/** `content` with each variable as a group. In none of ours does one stand twice. */
function patternOf(content: string): RegExp {
  const words = content.split(/\{\w+\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${words.join('([^]+?)')}$`, 'u');
}

const WORDINGS = BUILT_INS.map(({ type, language, content }) => ({ type, language, pattern: patternOf(content) }));

/** Throws an error that names each setting of no built-in template: what another type says is up to its owner, and would go unsaid. */
export function assertContents(contentSids: Record<string, string>): void {
  const known = new Set(WORDINGS.map(({ type, language }) => nameOf(type, language)));
  const unknown = Object.keys(contentSids).filter((name) => !known.has(name));
  if (unknown.length === 0) return;
  const names = [...known].map((name) => name.toUpperCase()).join(', ');
  const named = unknown.map((name) => `TWILIO_CONTENT_SID_${name.toUpperCase()}`).join(', ');
  throw new Error(`${named}: there is no such built-in template. It may end in ${names}`);
}

/**
 * The approved template that says exactly `text`, and what its {{1}}, {{2}}, … are; null: none does. A SID stands for the built-in
 * wording of its type and language. The variables are read from the text itself, so what Twilio makes of them is what the message's
 * row says, whatever became of client, order and templates since.
 */
export function contentFor(
  contentSids: Record<string, string>,
  { templateType, text }: { templateType: string | null; text: string },
): Content | null {
  for (const { type, language, pattern } of WORDINGS) {
    const contentSid = contentSids[nameOf(type, language)];
    if (type !== templateType || contentSid === undefined) continue;
    const variables = pattern.exec(text)?.slice(1);
    if (variables && !variables.some((value) => UNFIT.test(value))) return { contentSid, variables };
  }
  return null;
}
