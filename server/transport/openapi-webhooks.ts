import { responsesOf } from './openapi-errors';
import type { Operation } from './openapi-operation';

/** What providers call, which is no procedure: it is signed and not signed in, and a form and not JSON. */
export const WEBHOOK_PATHS: Record<string, Record<string, Operation>> = {
  '/webhooks/twilio': {
    post: {
      operationId: 'webhooks-twilio',
      tags: ['webhooks'],
      summary: 'Statuses and messages from Twilio',
      description:
        'Set PUBLIC_URL/api/v1/webhooks/twilio as the address for incoming messages of your number at Twilio; statuses come here by themselves. The signature is checked over that address with the account’s auth token, always.',
      security: [],
      parameters: [
        {
          in: 'header',
          name: 'X-Twilio-Signature',
          required: true,
          description: 'Twilio’s signature of this address and these fields.',
          schema: { type: 'string' },
          example: '0/KCTR6DLpKmkAf8muzZqo1nDgQ=',
        },
      ],
      requestBody: {
        required: true,
        content: {
          'application/x-www-form-urlencoded': {
            schema: {
              type: 'object',
              required: ['MessageSid'],
              properties: {
                MessageSid: { type: 'string' },
                MessageStatus: { type: 'string', description: 'Of a message of yours.' },
                ErrorCode: { type: 'string' },
                From: { type: 'string' },
                To: { type: 'string' },
                Body: { type: 'string', description: 'Of a message that came in.' },
                ProfileName: { type: 'string' },
              },
              additionalProperties: true,
            },
            example: {
              MessageSid: 'SM1f0e8ae6ade43cb3c0ce4525424e404f',
              From: 'whatsapp:+5491134567890',
              To: 'whatsapp:+14155238886',
              Body: '¡Gracias!',
              ProfileName: 'Carla',
            },
          },
        },
      },
      responses: {
        200: {
          description: 'Heard. TwiML that says nothing.',
          headers: { 'X-Request-Id': { $ref: '#/components/headers/X-Request-Id' } },
          content: {
            'text/xml': {
              schema: { type: 'string' },
              example: '<?xml version="1.0" encoding="UTF-8"?><Response></Response>',
            },
          },
        },
        ...responsesOf(['BAD_SIGNATURE', 'PAYLOAD_TOO_LARGE', 'INTERNAL', 'DATABASE_UNAVAILABLE', 'SHUTTING_DOWN']),
      },
    },
  },
};
