/** Certificates made at start, good for 127.0.0.1 and localhost, for tests and the demo only. */
import { generate } from 'selfsigned';

const DAY_MS = 86_400_000;

export interface ServerCertificate {
  readonly keyPem: string;
  readonly certPem: string;
  /** What a client must trust. */
  readonly caPem: string;
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
  const server = await generate([{ name: 'commonName', value: 'localhost' }], {
    ...common,
    ca: { key: ca.private, cert: ca.cert },
    extensions: [
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
    ],
  });
  return { keyPem: server.private, certPem: server.cert, caPem: ca.cert };
}
