/** Certificates made at start, good for 127.0.0.1 and localhost, for tests and the demo only. */
import { generate } from 'selfsigned';

const DAY_MS = 86_400_000;
const SERVER_EXTENSIONS: NonNullable<NonNullable<Parameters<typeof generate>[1]>['extensions']> = [
  { name: 'basicConstraints', cA: false },
  { name: 'keyUsage', digitalSignature: true },
  { name: 'extKeyUsage', serverAuth: true },
  {
    name: 'subjectAltName',
    altNames: [
      { type: 2, value: 'localhost' },
      { type: 7, ip: '127.0.0.1' },
    ],
  },
];

export interface ServerCertificate {
  readonly keyPem: string;
  readonly certPem: string;
  /** What a client must trust. */
  readonly caPem: string;
  /** Another one of the same authority whose time was over yesterday. */
  expired(): Promise<{ readonly keyPem: string; readonly certPem: string }>;
}

/** Validity runs by the real clock, which TLS uses whatever the simulated time is: from yesterday, for 30 days. */
export async function makeServerCertificate(name = 'hakaru simulator'): Promise<ServerCertificate> {
  const common = {
    algorithm: 'sha256',
    keyType: 'ec',
    curve: 'P-256',
    notBeforeDate: new Date(Date.now() - DAY_MS),
    notAfterDate: new Date(Date.now() + 30 * DAY_MS),
  } as const;
  const ca = await generate([{ name: 'commonName', value: `${name} CA` }], {
    ...common,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, critical: true },
    ],
  });
  const signed = async (dates: { notBeforeDate: Date; notAfterDate: Date }) => {
    const made = await generate([{ name: 'commonName', value: 'localhost' }], {
      ...common,
      ...dates,
      ca: { key: ca.private, cert: ca.cert },
      extensions: SERVER_EXTENSIONS,
    });
    return { keyPem: made.private, certPem: made.cert };
  };
  const ended = new Date(Date.now() - DAY_MS);
  return {
    ...(await signed(common)),
    caPem: ca.cert,
    expired: () => signed({ notBeforeDate: new Date(ended.getTime() - 30 * DAY_MS), notAfterDate: ended }),
  };
}
