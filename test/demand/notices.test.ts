/** Alarms to people: real SMTP and HTTP servers on the loopback, encrypted and signed, in two languages. */
import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { mailOf, noticeText } from '../../gateway/domain/demand/notices.ts';
import { isPrivateAddress } from '../../gateway/domain/demand/private-address.ts';
import { aboutText, faultText } from '../../gateway/domain/faults.ts';
import { type MailOptions, sendMail } from '../../gateway/uplink/notify/mail.ts';
import { postWebhook, type WebhookOptions } from '../../gateway/uplink/notify/webhook.ts';
import { makeServerCertificate, type ServerCertificate } from '../../simulators/certificates.ts';
import { NOTICE } from './support/notice.ts';

let certificate: ServerCertificate;
beforeAll(async () => {
  certificate = await makeServerCertificate();
});

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

interface Got {
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

async function receiver(answer: () => number, tls = false) {
  const got: Got[] = [];
  const handle = (request: IncomingMessage, response: { writeHead(code: number): { end(): void } }): void => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString('utf8')));
    request.on('end', () => {
      got.push({ headers: request.headers, body });
      response.writeHead(answer()).end();
    });
  };
  const server = tls
    ? createTlsServer({ key: certificate.keyPem, cert: certificate.certPem }, handle)
    : createServer(handle);
  const port = await listening(server);
  return { got, url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}/hook` };
}

const hook = (url: string, changes: Partial<WebhookOptions> = {}): WebhookOptions => ({
  url,
  secret: null,
  ca: null,
  timeoutMs: 5_000,
  ...changes,
});

describe('a webhook', () => {
  const message = { id: '1-7', body: '{"level":"warning","name":"受電"}', atMs: 1_795_000_000_000 };

  test('is signed, and whoever gets it can tell that it is ours', async () => {
    const { got, url } = await receiver(() => 204, true);
    const taken = await postWebhook(hook(url, { secret: 'word', ca: certificate.caPem }), message);
    expect(taken).toBeNull();
    expect(got[0]?.body).toBe(message.body);
    expect(got[0]?.headers['x-hakaru-notice']).toBe('1-7');
    const signed = createHmac('sha256', 'word').update(`${message.atMs}.${message.body}`).digest('hex');
    expect(got[0]?.headers['x-hakaru-signature']).toBe(`t=${message.atMs},v1=${signed}`);
  });

  test('goes to nobody whose certificate is not trusted', async () => {
    const { got, url } = await receiver(() => 204, true);
    expect((await postWebhook(hook(url), message))?.code).toBe('webhook-failed');
    expect(got).toEqual([]);
  });

  test('is delivered by a 2xx alone; a redirect is none', async () => {
    for (const code of [199 + 1, 202]) {
      const { url } = await receiver(() => code);
      expect(await postWebhook(hook(url), message)).toBeNull();
    }
    for (const code of [302, 401, 500]) {
      const { url } = await receiver(() => code);
      const failed = await postWebhook(hook(url), message);
      expect(failed && aboutText(failed, 'reason')).toContain(String(code));
    }
  });

  test('a receiver that says nothing costs its time limit, and the address is told without its token', async () => {
    const server = createServer(() => {});
    const port = await listening(server);
    const failed = await postWebhook(
      hook(`http://127.0.0.1:${port}/x?token=secret`, { timeoutMs: 200 }),
      message,
    );
    if (!failed) throw new Error('it was taken');
    expect(faultText(failed)).toContain('no answer within 200 ms');
    expect(faultText(failed)).not.toContain('secret');
    server.closeAllConnections();
  });

  test('plain http goes to private addresses only, also where a name leads elsewhere', async () => {
    const failed = await postWebhook(hook('http://203.0.113.7/x'), message);
    expect(failed && aboutText(failed, 'reason')).toContain('not private');
    const { url } = await receiver(() => 200);
    expect(await postWebhook(hook(url.replace('127.0.0.1', 'localhost')), message)).toBeNull();
    for (const inside of [
      '127.0.0.1',
      '10.1.2.3',
      '172.16.0.1',
      '172.31.9.9',
      '192.168.1.20',
      '169.254.1.1',
      '::1',
      'fd00::1',
      'fe80::1',
      '::ffff:10.0.0.1',
    ])
      expect(isPrivateAddress(inside), inside).toBe(true);
    for (const outside of [
      '8.8.8.8',
      '172.32.0.1',
      '172.15.0.1',
      '192.169.0.1',
      '11.0.0.1',
      '2001:db8::1',
      '::ffff:8.8.8.8',
      '10.0.0.256',
      'localhost',
      '',
    ])
      expect(isPrivateAddress(outside), outside).toBe(false);
  });
});

interface Mail {
  readonly raw: string;
  readonly secure: boolean;
  readonly user: unknown;
  readonly to: readonly string[];
}

async function mailServer(
  options: { readonly secure?: boolean; readonly tls?: boolean; readonly refuse?: boolean } = {},
) {
  const mails: Mail[] = [];
  const { secure = false, tls = true, refuse = false } = options;
  const server = new SMTPServer({
    secure,
    ...(tls ? { key: certificate.keyPem, cert: certificate.certPem } : {}),
    disabledCommands: tls ? [] : ['STARTTLS', 'AUTH'],
    authOptional: true,
    disableReverseLookup: true,
    logger: false,
    onAuth: ({ username, password }, _session, done) =>
      password === 'word' ? done(null, { user: username }) : done(new Error('no')),
    onRcptTo: (_address, _session, done) =>
      refuse ? done(Object.assign(new Error('no such user'), { responseCode: 550 })) : done(),
    onData(stream, session, done) {
      let raw = '';
      stream.on('data', (chunk: Buffer) => (raw += chunk.toString('utf8')));
      stream.on('end', () => {
        const to = session.envelope.rcptTo.map(({ address }) => address);
        mails.push({ raw, secure: session.secure, user: session.user, to });
        done();
      });
    },
  });
  server.on('error', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const { port } = server.server.address() as AddressInfo;
  return { mails, port };
}

const box = (port: number, changes: Partial<MailOptions> = {}): MailOptions => ({
  host: '127.0.0.1',
  port,
  security: 'starttls',
  username: null,
  password: null,
  ca: certificate.caPem,
  from: 'hakaru@example.com',
  to: ['manager@example.com', 'shift@example.com'],
  ...changes,
});

/** The words of a mail, whatever they are coded in. */
function wordsOf({ raw }: Mail): string {
  const [head = '', ...rest] = raw.split('\r\n\r\n');
  const body = rest.join('\r\n\r\n');
  const text = /base64/i.test(head)
    ? Buffer.from(body, 'base64').toString('utf8')
    : Buffer.from(
        body
          .replace(/=\r\n/g, '')
          .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
        'latin1',
      ).toString('utf8');
  return text;
}

describe('a mail', () => {
  const message = { id: 'hakaru.works.gw1.1.7-7', ...mailOf([NOTICE], 'ja'), atMs: 1_795_000_000_000 };

  test.each(['starttls', 'tls'] as const)(
    'goes out encrypted (%s), signed in, with one Message-ID',
    async (security) => {
      const { mails, port } = await mailServer({ secure: security === 'tls' });
      const options = box(port, { security, username: 'hakaru', password: 'word' });
      expect(await sendMail(options, message)).toBeNull();
      const [mail] = mails;
      if (!mail) throw new Error('no mail');
      expect(mail).toMatchObject({
        secure: true,
        user: 'hakaru',
        to: ['manager@example.com', 'shift@example.com'],
      });
      expect(mail.raw).toContain('Message-ID: <hakaru.works.gw1.1.7-7@example.com>');
      expect(wordsOf(mail)).toContain('今から 35.7 kW を減らせば目標に収まります。');
      expect(wordsOf(mail)).toContain('管理用。取引・証明には使用できません');
    },
  );

  test('a server without STARTTLS gets nothing but where the site file says so', async () => {
    const { mails, port } = await mailServer({ tls: false });
    expect((await sendMail(box(port), message))?.code).toBe('mail-failed');
    expect(mails).toEqual([]);
    expect(await sendMail(box(port, { security: 'none', ca: null }), message)).toBeNull();
    expect(mails).toHaveLength(1);
  });

  test('a wrong password, an unknown certificate and a refused address are faults', async () => {
    const { mails, port } = await mailServer();
    expect((await sendMail(box(port, { username: 'hakaru', password: 'x' }), message))?.code).toBe(
      'mail-failed',
    );
    expect((await sendMail(box(port, { ca: null }), message))?.code).toBe('mail-failed');
    const strict = await mailServer({ refuse: true });
    expect((await sendMail(box(strict.port), message))?.code).toBe('mail-failed');
    expect(mails).toEqual([]);
  });
});

test('the sentences say what is the matter and what to do, in both languages', () => {
  expect(noticeText(NOTICE, 'en')).toBe(
    'Demand warning: 受電 13:30–14:00 will come to 471.2 kW; target 450 kW, so far 190.5 kW. Switching off 35.7 kW from now on keeps the target.',
  );
  expect(noticeText(NOTICE, 'ja')).toBe(
    'デマンド警報: 受電 13:30–14:00 の予測 471.2 kW、目標 450 kW、ここまで 190.5 kW。今から 35.7 kW を減らせば目標に収まります。',
  );
  expect(noticeText({ ...NOTICE, level: 'limit', holdable: false }, 'en')).toContain(
    'Not even switching everything off keeps the target.',
  );
  expect(noticeText({ ...NOTICE, kind: 'over', level: null, before: 'warning' }, 'ja')).toBe(
    'デマンド警報は解除されました: 受電 13:30–14:00。',
  );
  expect(mailOf([NOTICE, { ...NOTICE, level: 'limit' }], 'en').subject).toBe(
    '[hakaru] demand limit: 第一工場, 2 alarms',
  );
});
