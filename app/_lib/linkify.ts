export type TextPart = { kind: 'text'; text: string } | { kind: 'link'; text: string; href: string };

const ADDRESS = /\bhttps?:\/\/[^\s<>"']+|\bwww\.[^\s<>"']+\.[^\s<>"']+/giu;
const TAIL = /[.,;:!?…»”’*_~]+$/u;

/** Splits what people wrote into plain text and links. Only http and https become links; joined, the parts are the text again. */
export function linkify(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let from = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const address = trimTail(match[0]);
    const href = safeHref(address);
    if (href === null) continue;
    if (match.index > from) parts.push({ kind: 'text', text: text.slice(from, match.index) });
    parts.push({ kind: 'link', text: address, href });
    from = match.index + address.length;
  }
  if (from < text.length) parts.push({ kind: 'text', text: text.slice(from) });
  return parts;
}

/** Punctuation that ends a sentence, and a bracket that was opened before the address, are not part of it. */
function trimTail(address: string): string {
  const bare = address.replace(TAIL, '');
  const last = bare.at(-1);
  if ((last === ')' && !bare.includes('(')) || (last === ']' && !bare.includes('[')))
    return trimTail(bare.slice(0, -1));
  return bare;
}

function safeHref(address: string): string | null {
  try {
    const url = new URL(/^https?:/i.test(address) ? address : `https://${address}`);
    return url.protocol === 'https:' || url.protocol === 'http:' ? url.href : null;
  } catch {
    return null;
  }
}
