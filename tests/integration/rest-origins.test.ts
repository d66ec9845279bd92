import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestApp, type Owner, type TestApp } from '@/tests/support/app';
import { setStores } from '@/tests/support/stores';

/** Who may call /api/v1 from a page, and the document that anybody may read. */

const stores = setStores();
let app: TestApp;
let owner: Owner;
beforeAll(async () => {
  app = await createTestApp({
    databaseUrl: stores.databaseUrl,
    redisUrl: stores.redisUrl,
    env: { CORS_ORIGINS: 'https://shop.example, http://localhost:5173' },
  });
  owner = await app.register('Ana');
});
afterAll(async () => {
  await app.close();
});

describe('another origin', () => {
  const preflight = (origin: string) =>
    app.rest('OPTIONS /auth/login', {
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' },
    });

  test('of CORS_ORIGINS may call with a token and hear the answer', async () => {
    for (const origin of ['https://shop.example', 'http://localhost:5173']) {
      const asked = await preflight(origin);
      expect(asked.status).toBe(204);
      expect(asked.headers.get('access-control-allow-origin')).toBe(origin);
      expect(asked.headers.get('access-control-allow-methods')).toContain('PUT');
      expect(asked.headers.get('access-control-allow-headers')).toContain('authorization');
      const answer = await app.rest('GET /auth/me', { token: owner.token, headers: { origin } });
      expect(answer.status).toBe(200);
      expect(answer.headers.get('access-control-allow-origin')).toBe(origin);
      expect(answer.headers.get('access-control-expose-headers')).toContain('x-total-count');
      expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
      expect(answer.headers.get('vary')).toBe('origin');
      const refused = await app.rest('GET /auth/me', { headers: { origin } });
      expect(refused.headers.get('access-control-allow-origin')).toBe(origin);
    }
  });

  test('that is nobody’s hears nothing', async () => {
    for (const origin of ['https://evil.example', 'null', 'https://shop.example.evil.example', 'http://shop.example']) {
      expect((await preflight(origin)).headers.get('access-control-allow-origin'), origin).toBeNull();
      const answer = await app.rest('GET /auth/me', { token: owner.token, headers: { origin } });
      expect(answer.headers.get('access-control-allow-origin'), origin).toBeNull();
    }
  });

  test('localhost and 127.0.0.1 are one server', async () => {
    const asked = await preflight(`http://localhost:${app.config.PORT}`);
    expect(asked.headers.get('access-control-allow-origin')).toBe(`http://localhost:${app.config.PORT}`);
  });
});

describe('the document', () => {
  test('is served to everybody, and names only routes that are served', async () => {
    const { status, body, headers } = await app.rest('GET /openapi.json');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toContain('application/json');
    expect(body.openapi).toBe('3.1.0');
    for (const [path, operations] of Object.entries(body.paths)) {
      for (const method of Object.keys(operations as object)) {
        const answer = await app.rest(`${method.toUpperCase()} ${path.replaceAll(/\{\w+\}/g, 'x')}`);
        expect([404, 405], `${method} ${path}`).not.toContain(answer.status);
      }
    }
  });
});
