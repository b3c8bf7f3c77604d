/**
 * The topics of the outside contract, `hakaru/v1/{site}/{gateway}/…`. Everything that goes into one is checked
 * here: a bad topic makes some brokers end the connection, so none may be built, let alone stored.
 */

/** Longest id of a site, gateway, meter or channel, characters. */
export const MAX_ID_LENGTH = 32;
/** Longest id of a request (a UUID has 36 characters). */
export const MAX_REQUEST_ID_LENGTH = 64;
/** Longest topic this gateway publishes on, UTF-8 bytes. MQTT allows 65,535; common brokers allow fewer levels and bytes. */
export const MAX_TOPIC_BYTES = 1024;

// oxlint-disable-next-line no-control-regex
const NOT_IN_A_TOPIC = /[+#\u0000]/;

/** Builders for one gateway. Each throws a RangeError for an id that does not match [a-z0-9][a-z0-9-]*. */
export interface Topics {
  /** `hakaru/v1/{site}/{gateway}`, the prefix of all others. */
  readonly prefix: string;
  readonly demand: string;
  readonly coefficients: string;
  readonly meta: string;
  readonly status: string;
  readonly event: string;
  readonly requestHours: string;
  hour(meter: string, channel: string): string;
  live(meter: string): string;
  /** JSON: what an hour's class switches. */
  signal(name: string): string;
  /** The same as a bare word, for a PLC. */
  signalState(name: string): string;
  response(requestId: string): string;
}

export function topicsOf(owner: { readonly site: string; readonly gateway: string }): Topics {
  const prefix = `hakaru/v1/${checkedId('site', owner.site)}/${checkedId('gateway', owner.gateway)}`;
  return {
    prefix,
    demand: `${prefix}/demand`,
    coefficients: `${prefix}/coefficients`,
    meta: `${prefix}/meta`,
    status: `${prefix}/status`,
    event: `${prefix}/event`,
    requestHours: `${prefix}/request/hours`,
    hour: (meter, channel) => `${prefix}/hour/${checkedId('meter', meter)}/${checkedId('channel', channel)}`,
    live: (meter) => `${prefix}/live/${checkedId('meter', meter)}`,
    signal: (name) => `${prefix}/signal/${checkedId('class', name)}`,
    signalState: (name) => `${prefix}/signal/${checkedId('class', name)}/state`,
    response: (requestId) => `${prefix}/response/${checkedId('request', requestId, MAX_REQUEST_ID_LENGTH)}`,
  };
}

/** Whether MQTT lets a client publish on this topic (5.0, sections 1.5.4 and 4.7) and it is within our own bound. */
export function isPublishable(topic: string): boolean {
  return (
    topic.length > 0 &&
    topic.isWellFormed() &&
    !NOT_IN_A_TOPIC.test(topic) &&
    // UTF-8 takes three bytes for a character at the most.
    (3 * topic.length <= MAX_TOPIC_BYTES || Buffer.byteLength(topic, 'utf8') <= MAX_TOPIC_BYTES)
  );
}

function checkedId(what: string, id: string, maxLength = MAX_ID_LENGTH): string {
  if (id.length > maxLength || !/^[a-z0-9][a-z0-9-]*$/.test(id)) {
    throw new RangeError(`not a ${what} id for a topic: ${JSON.stringify(id.slice(0, 80))}`);
  }
  return id;
}
