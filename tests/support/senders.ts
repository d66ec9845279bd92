import type { Owner, TestApp } from './app';
import { eventually } from './node';

/** What tests of messages do all the time, over REST. */

export type Sender = ReturnType<typeof createSender>;

type Told = {
  id: string;
  status: string;
  text: string;
  provider: string | null;
  providerReason: string | null;
  providerMessageId: string | null;
  errorCode: string | null;
  errorMessage: string | null;
  attempts: { provider: string; outcome: string; code: string | null }[];
};

/** `owner` writes to the client with this id. */
export function createSender(app: Pick<TestApp, 'rest'>, owner: Pick<Owner, 'token'>, clientId: string) {
  const read = async (id: string): Promise<Told> => {
    const answer = await app.rest(`GET /messages/${id}`, { token: owner.token });
    if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`);
    return answer.body;
  };

  return {
    send: (body: object, headers: Record<string, string> = {}) =>
      app.rest('POST /messages/send', { token: owner.token, body: { clientId, ...body }, headers }),

    /** Sends, and answers with the message's id. */
    async sent(body: object): Promise<string> {
      const answer = await this.send(body);
      if (answer.status !== 202) throw new Error(`${answer.status} ${answer.text}`);
      return answer.body.messageId;
    },

    read,

    /** The message once it is as `like` says. */
    async until(id: string, like: Partial<Told>): Promise<Told> {
      let last: Told | null = null;
      try {
        return await eventually('the message', async () => {
          const message = await read(id);
          last = message;
          const fits = Object.entries(like).every(([name, value]) => Reflect.get(message, name) === value);
          return fits ? message : null;
        });
      } catch {
        throw new Error(`waited for ${JSON.stringify(like)}, and it is ${JSON.stringify(last)}`);
      }
    },
  };
}
