import { expect, test } from 'vitest';
import { asHtml } from '@/server/channels/email-html';
import { wordsOfCode } from '@/server/channels/provider-words';
import { bodyHashOf } from '@/server/idempotency/body-hash';

test('what people wrote is never markup; paragraphs and lines are kept', () => {
  const html = asHtml('Hola <b>Ana</b> & "vos" \'x\'\nsegunda\r\n\r\n<img src=x onerror=alert(1)>\n\n\n');
  expect(html).toContain('Hola &lt;b&gt;Ana&lt;/b&gt; &amp; &quot;vos&quot; &#39;x&#39;<br>segunda</p>');
  expect(html).toContain('&lt;img src=x onerror=alert(1)&gt;</p></body>');
  expect(html.match(/<p /g)).toHaveLength(2);
});

test('a web address is a link, without what ends its sentence', () => {
  const html = asHtml(
    'Mirá https://shop.example/a?b=1&c="x" (o http://x.example/ñandú).\nhttps://y.example/reset?token=a.b-_c\njavascript:alert(1)',
  );
  expect(html).toContain(
    'Mirá <a href="https://shop.example/a?b=1&amp;c=">https://shop.example/a?b=1&amp;c=</a>&quot;x&quot; (o <a href="http://x.example/ñandú">http://x.example/ñandú</a>).<br>',
  );
  expect(html).toContain('<a href="https://y.example/reset?token=a.b-_c">https://y.example/reset?token=a.b-_c</a>');
  expect(html).toContain('<br>javascript:alert(1)</p>');
});

test('a code that nobody has words for is named', () => {
  expect(wordsOfCode('63016', 'en')).toContain('24 hours');
  expect(wordsOfCode('12345', 'es')).toContain('12345');
});

test('the same input has one hash, however it is written; another has another', () => {
  const hash = bodyHashOf({ a: 1, b: { c: [1, { d: 'x' }], e: undefined } });
  expect(bodyHashOf({ b: { c: [1, { d: 'x' }] }, a: 1 })).toBe(hash);
  for (const other of [
    { a: '1', b: { c: [1, { d: 'x' }] } },
    { a: 1, b: { c: [{ d: 'x' }, 1] } },
    {},
    null,
    undefined,
  ]) {
    expect(bodyHashOf(other)).not.toBe(hash);
  }
});
