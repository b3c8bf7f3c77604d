/** The channels of the outside contract as an AsyncAPI 3.0 document: https://www.asyncapi.com/docs/reference/specification/v3.0.0 */
import { MESSAGE_NAMES, MESSAGES, type MessageName } from './schemas.ts';
import type { Plain } from './yaml-text.ts';

interface ChannelFacts {
  /** Below `hakaru/v1/{site}/{gateway}/`. */
  readonly topic: string;
  readonly qos: 0 | 1;
  readonly retain: boolean;
  readonly summary: string;
  /** application/json when left out. */
  readonly contentType?: string;
}

const CHANNELS: Readonly<Record<MessageName, ChannelFacts>> = {
  hour: {
    topic: 'hour/{meter}/{channel}',
    qos: 1,
    retain: false,
    summary: 'One hour of one channel: in order per channel, at least once.',
  },
  live: { topic: 'live/{meter}', qos: 0, retain: true, summary: 'The latest values of one meter.' },
  meta: { topic: 'meta', qos: 1, retain: true, summary: 'Meters, channels, units, ratios and roles.' },
  status: { topic: 'status', qos: 1, retain: true, summary: 'Whether the gateway is there; also its will.' },
  event: {
    topic: 'event',
    qos: 1,
    retain: false,
    summary: 'Resets, gaps, exchanges, alarms and tombstones.',
  },
  demand: {
    topic: 'demand',
    qos: 0,
    retain: true,
    summary: 'Demand of the running period: now, predicted, target, alarm.',
  },
  coefficients: {
    topic: 'coefficients',
    qos: 1,
    retain: true,
    summary: 'What applies in each hour of today and tomorrow.',
  },
  signal: { topic: 'signal/{class}', qos: 1, retain: true, summary: 'A switch per class of hour.' },
  'signal-state': {
    topic: 'signal/{class}/state',
    qos: 1,
    retain: true,
    summary: 'The state of that switch as a bare word: on, off or unknown.',
    contentType: 'text/plain',
  },
};

const PARAMETERS: Readonly<Record<string, string>> = {
  site: 'Id of the site.',
  gateway: 'Id of the gateway.',
  meter: 'Id of the meter.',
  channel: 'Register of the meter, e.g. energy-import.',
  class: 'Kind of hour: curtailment, tight or normal.',
};

export function asyncApi(): Plain {
  return {
    asyncapi: '3.0.0',
    id: 'urn:hakaru:v1',
    info: {
      title: 'hakaru',
      version: '1',
      description:
        'What a hakaru gateway publishes over MQTT (5 or 3.1.1). Hours and events come at least once; the key of an hour is (site, gateway, meter, channel, start) and its highest (generation, revision) is true. seq counts hours and events of a gateway without holes.',
      license: { name: 'Apache-2.0' },
    },
    defaultContentType: 'application/json',
    channels: each((name) => [name, channelOf(name, CHANNELS[name])]),
    operations: each((name) => [
      `publish-${name}`,
      {
        action: 'send',
        summary: CHANNELS[name].summary,
        channel: { $ref: `#/channels/${name}` },
        messages: [{ $ref: `#/channels/${name}/messages/${name}` }],
        bindings: {
          mqtt: { qos: CHANNELS[name].qos, retain: CHANNELS[name].retain, bindingVersion: '0.2.0' },
        },
      },
    ]),
    components: {
      messages: each((name) => [
        name,
        {
          name,
          title: name,
          summary: MESSAGES[name].meta()?.description ?? '',
          contentType: CHANNELS[name].contentType ?? 'application/json',
          payload: {
            schemaFormat: 'application/schema+json;version=draft-2020-12',
            schema: { $ref: `./schemas/${name}.schema.json` },
          },
        },
      ]),
      parameters: Object.fromEntries(
        Object.entries(PARAMETERS).map(([key, description]) => [key, { description }]),
      ),
    },
  };
}

function each(make: (name: MessageName) => [string, Plain]): Plain {
  return Object.fromEntries(MESSAGE_NAMES.map(make));
}

function channelOf(name: MessageName, facts: ChannelFacts): Plain {
  const address = `hakaru/v1/{site}/{gateway}/${facts.topic}`;
  const used = Object.keys(PARAMETERS).filter((parameter) => address.includes(`{${parameter}}`));
  return {
    address,
    description: facts.summary,
    messages: { [name]: { $ref: `#/components/messages/${name}` } },
    parameters: Object.fromEntries(used.map((key) => [key, { $ref: `#/components/parameters/${key}` }])),
  };
}
