import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { addressOf, contentSecurityPolicy, isForeign, newNonce, requestIdOf } from '@/server/transport/security';

function request(headers: Record<string, string | undefined>, remoteAddress = '198.51.100.1'): IncomingMessage {
  const socket = new Socket();
  Object.defineProperty(socket, 'remoteAddress', { value: remoteAddress });
  const made = new IncomingMessage(socket);
  Object.assign(made.headers, headers);
  return made;
}

describe('a request’s id', () => {
  test('is the caller’s own where it is harmless', () => {
    for (const id of ['a', 'A-1_b', 'x'.repeat(100)]) expect(requestIdOf(request({ 'x-request-id': id }))).toBe(id);
    for (const id of [undefined, '', 'a b', 'x'.repeat(101), 'a\r\nb', '{"x":1}', 'é']) {
      expect(requestIdOf(request({ 'x-request-id': id }))).toMatch(/^[0-9a-f-]{36}$/);
    }
  });
});

describe('a caller’s address', () => {
  test('is the connection’s, and the last forwarded one only behind a trusted proxy', () => {
    const forwarded = { 'x-forwarded-for': '10.0.0.1, 203.0.113.9' };
    expect(addressOf(request(forwarded), { TRUST_PROXY: false })).toBe('198.51.100.1');
    expect(addressOf(request(forwarded), { TRUST_PROXY: true })).toBe('203.0.113.9');
    expect(addressOf(request({ 'x-forwarded-for': '203.0.113.9' }), { TRUST_PROXY: true })).toBe('203.0.113.9');
    for (const empty of ['', ' ', ',', '1.2.3.4, ']) {
      expect(addressOf(request({ 'x-forwarded-for': empty }), { TRUST_PROXY: true }), empty).toBe('198.51.100.1');
    }
    expect(addressOf(request({}), { TRUST_PROXY: true })).toBe('198.51.100.1');
  });
});

describe('a page’s origin', () => {
  const config = { publicUrl: 'https://wa.example/base' };
  const foreign = (headers: Record<string, string>) =>
    isForeign(request({ host: 'localhost:3000', ...headers }), config);

  test('is ours when it is PUBLIC_URL’s or the host that was asked for', () => {
    for (const origin of ['https://wa.example', 'http://localhost:3000']) expect(foreign({ origin })).toBe(false);
    expect(foreign({})).toBe(false);
    for (const site of ['same-origin', 'none', 'same-site']) expect(foreign({ 'sec-fetch-site': site })).toBe(false);
  });

  test('is foreign else: another host, port, scheme of PUBLIC_URL, or none that can be read', () => {
    const origins = [
      'https://evil.example',
      'http://localhost:3001',
      'http://localhost',
      'http://wa.example',
      'https://wa.example.evil.example',
      'https://sub.wa.example',
      'null',
      '',
      'nonsense',
    ];
    for (const origin of origins) expect(foreign({ origin }), origin).toBe(true);
    expect(foreign({ 'sec-fetch-site': 'cross-site' })).toBe(true);
  });
});

test('the policy lets only scripts with the nonce run, and eval only while developing', () => {
  const policy = contentSecurityPolicy('abc', false);
  expect(policy).toContain("script-src 'self' 'nonce-abc' 'strict-dynamic';");
  for (const part of ["default-src 'self'", "object-src 'none'", "base-uri 'self'", "frame-ancestors 'none'"])
    expect(policy).toContain(part);
  expect(policy).not.toContain('unsafe-eval');
  expect(contentSecurityPolicy('abc', true)).toContain("'unsafe-eval'");
  expect(new Set(Array.from({ length: 100 }, newNonce)).size).toBe(100);
  expect(Buffer.from(newNonce(), 'base64')).toHaveLength(16);
});
