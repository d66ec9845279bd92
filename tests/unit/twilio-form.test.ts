import { describe, expect, test } from 'vitest';
import { retryAfterMs } from '@/server/channels/twilio-http';
import { readTwilioCall } from '@/server/messages/twilio-form';

const sid = 'SM1';
const inbound = { MessageSid: sid, From: 'whatsapp:+5491134567890', To: 'whatsapp:+14155238886', Body: 'hola' };

describe('what Twilio posts', () => {
  test('is a status, with the attempt that our address names', () => {
    const attempt = '019abf6e-5c2d-7e41-9d0a-3b8f2c7d1e90';
    expect(readTwilioCall({ MessageSid: sid, MessageStatus: 'sent' }, attempt)).toEqual({
      kind: 'status',
      status: { sid, status: 'sent', errorCode: null },
      attemptId: attempt,
    });
    expect(readTwilioCall({ MessageSid: sid, MessageStatus: 'failed', ErrorCode: '63016' }, "' OR 1=1")).toEqual({
      kind: 'status',
      status: { sid, status: 'failed', errorCode: '63016' },
      attemptId: null,
    });
  });

  test('is a message of its kind', () => {
    const kindOf = (more: object) => {
      const call = readTwilioCall({ ...inbound, ...more }, null);
      return call.kind === 'message' ? call.message.kind : call.kind;
    };
    expect(readTwilioCall({ ...inbound, SmsStatus: 'received', ProfileName: 'Carla' }, null)).toEqual({
      kind: 'message',
      message: { sid, from: '+5491134567890', to: '+14155238886', name: 'Carla', kind: 'text', text: 'hola' },
    });
    expect(kindOf({ MediaContentType0: 'image/png' })).toBe('image');
    expect(kindOf({ MediaContentType0: 'video/mp4' })).toBe('video');
    expect(kindOf({ MediaContentType0: 'audio/ogg; codecs=opus' })).toBe('voice');
    expect(kindOf({ MediaContentType0: 'audio/mpeg' })).toBe('audio');
    expect(kindOf({ MediaContentType0: 'text/x-vcard' })).toBe('contact');
    expect(kindOf({ MediaContentType0: 'application/pdf' })).toBe('document');
    expect(kindOf({ Latitude: '-34.6' })).toBe('location');
  });

  test('is not lost over what stands beside its text', () => {
    const long = 'x'.repeat(5_000);
    const call = readTwilioCall(
      {
        ...inbound,
        ProfileName: long,
        MediaContentType0: long,
        Latitude: ['1', '2'],
        MessageStatus: '',
        ErrorCode: long,
      },
      null,
    );
    expect(call).toMatchObject({ kind: 'message', message: { text: 'hola', name: 'x'.repeat(120), kind: 'location' } });
    expect(readTwilioCall({ ...inbound, Body: ['uno', 'dos'] }, null)).toMatchObject({ message: { text: 'uno\ndos' } });
    expect(readTwilioCall({ MessageSid: sid, MessageStatus: 'failed', ErrorCode: long }, null)).toMatchObject({
      kind: 'status',
      status: { status: 'failed', errorCode: null },
    });
  });

  test('and whatever else is nothing', () => {
    for (const fields of [
      {},
      { MessageSid: '' },
      { MessageSid: ['a', 'b'] },
      { ...inbound, From: 'messenger:1234' },
      { ...inbound, To: 'x' },
      { MessageSid: 'x'.repeat(101), MessageStatus: 'sent' },
    ]) {
      expect(readTwilioCall(fields, null)).toEqual({ kind: 'nothing' });
    }
  });
});

test('Retry-After is seconds or a date', () => {
  const now = Date.parse('2026-11-24T15:00:00Z');
  expect(retryAfterMs('30', now)).toBe(30_000);
  expect(retryAfterMs('0.5', now)).toBe(500);
  expect(retryAfterMs('Tue, 24 Nov 2026 15:00:10 GMT', now)).toBe(10_000);
  expect(retryAfterMs('Tue, 24 Nov 2026 14:00:00 GMT', now)).toBe(0);
  for (const nothing of ['', 'soon', undefined, ['1']]) expect(retryAfterMs(nothing, now)).toBeNull();
});
