import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { describe, expect, test } from 'vitest';
import { environment, parseConfig } from '@/server/config';

const JWT_SECRET = 'Zq7-uX2.kM9_vB4!tR8~wN3(pL6)cH1*';
const example = readFileSync('.env.example', 'utf8');

function refusal(env: Record<string, string | undefined>): string {
  try {
    parseConfig(env);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  throw new Error('it was taken');
}

describe('.env.example', () => {
  const written = parseEnv(example);

  test('names every variable of the schema, and no other', () => {
    expect(Object.keys(written).sort()).toEqual(Object.keys(environment.shape).sort());
  });

  test('says what each is for, in a comment of its own or of its group', () => {
    const lines = example.split('\n');
    for (const name of Object.keys(written)) {
      const at = lines.findIndex((line) => line.startsWith(`${name}=`));
      const above = lines.slice(0, at).toReversed();
      const comment = above.find((line) => line.startsWith('#') || line === '');
      expect(comment, name).toMatch(/^# \S/);
    }
  });

  test('has the schema’s defaults, and no secret', () => {
    const { JWT_SECRET: secret, ...rest } = written;
    expect(secret).toBe('');
    expect(parseConfig({ ...rest, JWT_SECRET })).toEqual(parseConfig({ JWT_SECRET }));
  });
});

describe('a configuration', () => {
  test('needs nothing but a secret', () => {
    expect(parseConfig({ JWT_SECRET })).toMatchObject({
      NODE_ENV: 'production',
      PORT: 3000,
      publicUrl: 'http://localhost:3000',
      registration: 'invite',
      JWT_EXPIRES_IN: 7 * 86_400,
      LOGIN_LIMIT_PAIR: 5,
      LOGIN_LIMIT_ACCOUNT: 20,
      LOGIN_LIMIT_ADDRESS: 50,
      WHATSAPP_LIMIT_LINK: 3,
      WHATSAPP_LIMIT_SEND: 10,
      WHATSAPP_LIMIT_READ: 5,
      MESSAGE_RATE_LIMIT_WHATSAPP: 10,
      MESSAGE_RATE_LIMIT_EMAIL: 30,
      MESSAGE_RATE_LIMIT_GENERAL: 100,
      MESSAGE_RATE_LIMIT_CHAT: 60,
      DASHBOARD_WRITE_LIMIT: 600,
    });
    expect(parseConfig({ JWT_SECRET, NODE_ENV: 'development' }).registration).toBe('open');
    expect(parseConfig({ JWT_SECRET, REGISTRATION: 'closed', PUBLIC_URL: 'https://wa.example/' })).toMatchObject({
      registration: 'closed',
      publicUrl: 'https://wa.example',
    });
  });

  test('has every bad variable told at once, by name, and never its value', () => {
    const bad = {
      NODE_ENV: 'staging',
      PORT: '99999',
      PUBLIC_URL: 'wa.example.secreto',
      TRUST_PROXY: 'yes',
      LOG_LEVEL: 'loud',
      DATABASE_URL: 'mysql://ana:secreto@db/omniwp',
      REDIS_URL: 'http://:secreto@redis',
      JWT_SECRET: 'corto-secreto',
      JWT_EXPIRES_IN: '1 week',
      REGISTRATION: 'secreto',
      LOGIN_LIMIT_PAIR: '0',
      LOGIN_LIMIT_ACCOUNT: '-1',
      LOGIN_LIMIT_ADDRESS: '1.5',
      DEFAULT_COUNTRY: 'argentina',
      WHATSAPP_WEB_ENABLED: 'maybe',
      WHATSAPP_START_CONCURRENCY: 'many',
      WHATSAPP_PAIRING_MINUTES: 'NaN',
    };
    const said = refusal(bad);
    expect(said).toMatch(new RegExp(`^The configuration has ${Object.keys(bad).length} errors:`));
    for (const name of Object.keys(bad)) expect(said).toMatch(new RegExp(`^  ${name} \\S`, 'm'));
    expect(said).not.toContain('secreto');
    expect(refusal({ JWT_SECRET, DEFAULT_COUNTRY: 'ZZ' })).toContain('DEFAULT_COUNTRY must be a country code');
    expect(refusal({})).toMatch(/^The configuration has 1 error:\n {2}JWT_SECRET is required/);
  });

  test('takes what is empty as unset', () => {
    expect(parseConfig({ JWT_SECRET, PORT: '', DATABASE_URL: '', REGISTRATION: '' })).toMatchObject({
      PORT: 3000,
      registration: 'invite',
    });
    expect(parseConfig({ JWT_SECRET, DATABASE_URL: '' }).DATABASE_URL).toBeUndefined();
    expect(refusal({ JWT_SECRET: '' })).toContain('JWT_SECRET');
  });

  test('refuses a secret that can be guessed', () => {
    const weak = [
      'x'.repeat(64),
      'abcabcabcabcabcabcabcabcabcabcabcabcabc',
      'please-change-me-please-change-me-please',
      'your-secret-key-goes-here-0123456789abcd',
      'this-is-the-default-jwt-value-0123456789',
      'my-Example-0123456789-abcdefghijklmnopqr',
      'Password-0123456789-abcdefghijklmnopqrst',
      '12345678901234567890123456789012',
      'abcdefghijklmnopqrstuvwxyzabcdefghijklmn',
      '0123456789abcdef0123456789abcdef',
      'qwertyuiopasdfghjklzxcvbnmqwertyuiop',
    ];
    for (const JWT_SECRET of weak) expect(refusal({ JWT_SECRET }), JWT_SECRET).toContain('JWT_SECRET is too easy');
    expect(refusal({ JWT_SECRET: 'Zq7-uX2.kM9_vB4!tR8~wN3(pL6)cH1' })).toContain('at least 32');
    for (const good of [JWT_SECRET, 'b3f1c09de87a4526911d0f7ca8be3352', 'kYp3sZ0Vt1QmXw7eRb5Nn2Jc8Hf4Lg6Du9Aa0Ss'])
      expect(parseConfig({ JWT_SECRET: good }).JWT_SECRET).toBe(good);
  });

  test('reads flags, times, addresses and flags of the browser as they are written', () => {
    const config = parseConfig({
      JWT_SECRET,
      TRUST_PROXY: '1',
      WHATSAPP_WEB_ENABLED: 'false',
      JWT_EXPIRES_IN: '90m',
      CHROMIUM_ARGS: '  --a=1   --b ',
      DATABASE_URL: 'postgresql://u:p@db:5432/x',
      REDIS_URL: 'unix:///run/redis.sock',
    });
    expect(config).toMatchObject({
      TRUST_PROXY: true,
      WHATSAPP_WEB_ENABLED: false,
      JWT_EXPIRES_IN: 5400,
      CHROMIUM_ARGS: ['--a=1', '--b'],
    });
  });

  test('has Twilio whole or not at all, and the same for e-mail', () => {
    const twilio = {
      TWILIO_ACCOUNT_SID: 'AC123',
      TWILIO_AUTH_TOKEN: 'x',
      TWILIO_WHATSAPP_NUMBER: 'whatsapp:+14155238886',
    };
    expect(parseConfig({ JWT_SECRET, ...twilio }).TWILIO_WHATSAPP_NUMBER).toBe('+14155238886');
    expect(refusal({ JWT_SECRET, ...twilio, TWILIO_AUTH_TOKEN: '' })).toMatch(/^ {2}TWILIO_AUTH_TOKEN is needed/m);
    expect(refusal({ JWT_SECRET, TWILIO_AUTH_TOKEN: 'x' })).toMatch(/has 2 errors/);
    expect(refusal({ JWT_SECRET, SMTP_URL: 'smtp://mail.example' })).toMatch(/^ {2}MAIL_FROM is needed/m);
    expect(refusal({ JWT_SECRET, MAIL_FROM: 'a@b.example', SMTP_URL: 'http://mail' })).toMatch(
      /^ {2}SMTP_URL must be/m,
    );
    for (const MAIL_FROM of ['hola@shop.example', 'Panadería <hola@shop.example>']) {
      expect(parseConfig({ JWT_SECRET, SMTP_URL: 'smtps://u:p@mail.example:465', MAIL_FROM }).MAIL_FROM).toBe(
        MAIL_FROM,
      );
    }
    expect(refusal({ JWT_SECRET, SMTP_URL: 'smtp://m', MAIL_FROM: 'a@b.example\r\nBcc: c@d.example' })).toContain(
      'MAIL_FROM',
    );
  });

  test('names approved templates by our own types and their language', () => {
    const config = parseConfig({
      JWT_SECRET,
      TWILIO_CONTENT_SID_CONFIRMACION: 'HX1',
      TWILIO_CONTENT_SID_CONFIRMACION_EN: 'HX2',
    });
    expect(config.twilioContentSids).toEqual({ confirmacion: 'HX1', confirmacion_en: 'HX2' });
    expect(refusal({ JWT_SECRET, TWILIO_CONTENT_SID_ENTREGA: 'SM1' })).toContain(
      'TWILIO_CONTENT_SID_ENTREGA must start',
    );
  });
});
