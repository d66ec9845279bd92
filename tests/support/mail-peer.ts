import { SMTPServer } from 'smtp-server';

/** A real SMTP server on loopback. */

export type Mail = { to: string[]; from: string; raw: string };
export type MailBehaviour =
  | { kind: 'take' }
  /** It says no, with this code and perhaps these words: to the recipient or to the content. */
  | { kind: 'refuse'; code: number; at: 'recipient' | 'content'; says?: string }
  /** It has the whole mail, and the connection ends before it says so. */
  | { kind: 'take and drop' }
  /** The connection ends when it hears of the recipient, or is about to ask for the mail. */
  | { kind: 'drop'; at: 'recipient' | 'data' };

export async function createMailPeer() {
  const mails: Mail[] = [];
  const behaviours: MailBehaviour[] = [];
  let current: MailBehaviour = { kind: 'take' };
  const cut = () => {
    for (const connection of server.connections) Reflect.get(connection, '_socket').destroy();
  };
  const refusal = ({ code, says = 'no' }: { code: number; says?: string }) =>
    Object.assign(new Error(says), { responseCode: code });

  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    logger: false,
    onMailFrom(_address, _session, done) {
      current = behaviours.shift() ?? { kind: 'take' };
      done();
    },
    onRcptTo(_address, _session, done) {
      if (current.kind === 'refuse' && current.at === 'recipient') done(refusal(current));
      else if (current.kind === 'drop' && current.at === 'recipient') cut();
      else done();
    },
    onData(stream, session, done) {
      if (current.kind === 'drop') return cut();
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        if (current.kind === 'refuse') return done(refusal(current));
        const { mailFrom, rcptTo } = session.envelope;
        mails.push({
          to: rcptTo.map(({ address }) => address),
          from: mailFrom ? mailFrom.address : '',
          raw: Buffer.concat(chunks).toString(),
        });
        if (current.kind === 'take') return done();
        cut();
      });
    },
  });
  server.on('error', () => {});
  const listening = server.listen(0, '127.0.0.1');
  await new Promise<void>((done) => listening.once('listening', () => done()));
  const address = server.server.address();
  if (address === null || typeof address === 'string') throw new Error('no address');

  return {
    mails,
    next(...more: MailBehaviour[]) {
      behaviours.push(...more);
    },
    env: { SMTP_URL: `smtp://127.0.0.1:${address.port}`, MAIL_FROM: 'Panadería <hola@shop.example>' },
    close: () => new Promise<void>((done) => server.close(() => done())),
  };
}

export type MailPeer = Awaited<ReturnType<typeof createMailPeer>>;
