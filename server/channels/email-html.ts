const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

const escape = (text: string) => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);

/** A web address; what ends a sentence after it is not its own. */
const ADDRESS = /https?:\/\/[^\s<>"']*[\p{L}\p{N}/=&#_~-]/gu;

/** Not every mail program makes a link of an address that stands in HTML. */
function withLinks(text: string): string {
  let html = '';
  let end = 0;
  for (const { 0: address, index } of text.matchAll(ADDRESS)) {
    html += `${escape(text.slice(end, index))}<a href="${escape(address)}">${escape(address)}</a>`;
    end = index + address.length;
  }
  return html + escape(text.slice(end));
}

/** A text as HTML: paragraphs, line breaks and the links of its web addresses are ours, and whatever people wrote is text and never markup. */
export function asHtml(text: string): string {
  const paragraphs = text
    .replaceAll('\r\n', '\n')
    .split(/\n{2,}/)
    .filter((paragraph) => paragraph.trim() !== '')
    .map((paragraph) => `<p style="margin:0 0 1em">${withLinks(paragraph.trim()).replaceAll('\n', '<br>')}</p>`);
  return `<!doctype html><html><head><meta charset="utf-8"></head><body style="font-family:sans-serif;line-height:1.5">${paragraphs.join('')}</body></html>`;
}
