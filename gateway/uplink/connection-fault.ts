/** Turns the end of a connection into a fault: which code, and the reason in a few words. */
import { type Fault, fault } from '../domain/faults.ts';
import { type ConnectionEnd, REASON } from './connection.ts';

/** Names of MQTT reason codes that a broker gives for a connection: 3.1.1 return codes, then MQTT 5 (section 2.4). */
const REASON_NAMES: Readonly<Record<number, string>> = {
  0x01: 'unacceptable protocol version',
  0x02: 'client id rejected',
  0x03: 'server unavailable',
  0x04: 'bad user name or password',
  0x05: 'not authorized',
  0x80: 'unspecified error',
  0x81: 'malformed packet',
  0x82: 'protocol error',
  0x83: 'implementation specific error',
  0x84: 'unsupported protocol version',
  0x85: 'client id not valid',
  0x86: 'bad user name or password',
  0x87: 'not authorized',
  0x88: 'server unavailable',
  0x89: 'server busy',
  0x8a: 'banned',
  0x8b: 'server shutting down',
  0x8c: 'bad authentication method',
  0x8d: 'keep alive timeout',
  0x8e: 'session taken over',
  0x90: 'topic name invalid',
  0x93: 'receive maximum exceeded',
  0x95: 'packet too large',
  0x96: 'message rate too high',
  0x97: 'quota exceeded',
  0x98: 'administrative action',
  0x99: 'payload format invalid',
  0x9a: 'retain not supported',
  0x9b: 'QoS not supported',
  0x9c: 'use another server',
  0x9d: 'server moved',
  0x9f: 'connection rate exceeded',
  0xa0: 'maximum connect time',
};

/** DISCONNECT reasons that speak of the broker or of us, so that no message can be blamed for them. */
const NOT_THE_MESSAGE: ReadonlySet<number> = new Set([
  0x88, 0x89, 0x8b, 0x8d, 0x8e, 0x96, 0x97, 0x98, 0x9c, 0x9d, 0x9f, 0xa0,
]);

/** `not authorized (0x87)` */
export function reasonText(reasonCode: number): string {
  const code = `0x${reasonCode.toString(16).padStart(2, '0')}`;
  const name = REASON_NAMES[reasonCode];
  return name === undefined ? code : `${name} (${code})`;
}

/** Whether the end of a connection with this fault may be the doing of the message that was under way. */
export function mayBlameMessage(subject: Fault | null): boolean {
  const reasonCode = subject?.about['reasonCode'];
  return typeof reasonCode !== 'number' || !NOT_THE_MESSAGE.has(reasonCode);
}

/** `url` is shown to people: it must hold no password. */
export function faultOf(
  end: ConnectionEnd,
  broker: { readonly url: string; readonly clientId: string },
): Fault {
  const { url, clientId } = broker;
  switch (end.kind) {
    case 'refused':
      return fault('broker-refused', { url, reason: reasonText(end.reasonCode), reasonCode: end.reasonCode });
    case 'unfit':
      return fault('broker-refused', { url, reason: end.message });
    case 'closed':
      if (end.reasonCode === REASON.sessionTakenOver) {
        return fault('client-id-taken', { url, clientId, reasonCode: end.reasonCode });
      }
      return end.reasonCode === null
        ? fault('broker-unreachable', { url, reason: 'the connection was closed' })
        : fault('broker-unreachable', {
            url,
            reason: reasonText(end.reasonCode),
            reasonCode: end.reasonCode,
          });
    case 'silent':
      return fault('broker-unreachable', { url, reason: `no answer (${end.during})` });
    case 'stopped':
      return fault('broker-unreachable', { url, reason: 'closed by the gateway' });
    default:
      return failedFault(end, url);
  }
}

function failedFault(end: Extract<ConnectionEnd, { kind: 'failed' }>, url: string): Fault {
  const reason =
    end.code === '' || end.message.includes(end.code) ? end.message : `${end.message} (${end.code})`;
  // A TLS alert is the broker's word about our certificate; other certificate errors are our word about the broker's.
  if (/ALERT/i.test(end.code) || /ssl alert/i.test(end.message))
    return fault('broker-refused', { url, reason });
  if (/CERT|SELF_SIGNED|UNABLE_TO_|HOSTNAME_MISMATCH|^ERR_TLS/.test(end.code)) {
    return fault('broker-untrusted', { url, reason });
  }
  return fault('broker-unreachable', { url, reason });
}
