/** Demand notices by mail: SMTP with TLS or STARTTLS; without either only where the site file allows it. */
import { createTransport } from 'nodemailer';
import { type Fault, fault } from '../../domain/faults.ts';

export interface MailOptions {
  readonly host: string;
  readonly port: number;
  readonly security: 'starttls' | 'tls' | 'none';
  readonly username: string | null;
  readonly password: string | null;
  /** PEM of the only authorities to trust; null for those of Node. */
  readonly ca: string | null;
  readonly from: string;
  readonly to: readonly string[];
}

export interface MailMessage {
  /** The same for each try of one mail: receivers drop the second by its Message-ID. */
  readonly id: string;
  readonly subject: string;
  readonly text: string;
  readonly atMs: number;
}

/** For connecting, greeting and each silence, ms. */
const SMTP_MS = 10_000;
/** For all of one try, ms. */
const WHOLE_MS = 30_000;

/** Settles always, within {@link WHOLE_MS}. @returns null when the server took it */
export async function sendMail(
  options: MailOptions,
  message: MailMessage,
  signal?: AbortSignal,
): Promise<Fault | null> {
  const { host, port, security, username, password, ca } = options;
  const failed = (reason: string): Fault => fault('mail-failed', { host: `${host}:${port}`, reason });
  const transport = createTransport({
    host,
    port,
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    connectionTimeout: SMTP_MS,
    greetingTimeout: SMTP_MS,
    socketTimeout: SMTP_MS,
    dnsTimeout: SMTP_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
    ...(username !== null && password !== null ? { auth: { user: username, pass: password } } : {}),
    ...(ca === null ? {} : { tls: { ca } }),
  });
  const over = Promise.withResolvers<Fault>();
  const deadline = setTimeout(() => over.resolve(failed(`not taken within ${WHOLE_MS} ms`)), WHOLE_MS);
  const stop = (): void => over.resolve(failed('the gateway ends'));
  signal?.addEventListener('abort', stop);
  if (signal?.aborted) stop();
  const sent = transport
    .sendMail({
      from: options.from,
      to: [...options.to],
      subject: message.subject,
      text: message.text,
      date: new Date(message.atMs),
      messageId: `<${message.id}@${options.from.split('@')[1] ?? 'hakaru'}>`,
      headers: { 'auto-submitted': 'auto-generated' },
    })
    .then(
      ({ rejected }) => (rejected.length > 0 ? failed(`refused for ${rejected.join(', ')}`) : null),
      (error: unknown) => failed(error instanceof Error ? error.message : String(error)),
    );
  try {
    return await Promise.race([sent, over.promise]);
  } finally {
    clearTimeout(deadline);
    signal?.removeEventListener('abort', stop);
    transport.close();
  }
}
