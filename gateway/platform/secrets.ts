/** Reads secrets and certificates named in the site file. What is read is never logged. */
import { readFileSync } from 'node:fs';
import type { MqttConfig, NotifyConfig, Secret } from '../../config/types.ts';
import { CodedError, fault } from '../domain/faults.ts';
import type { UplinkConfig } from '../uplink/mqtt-uplink.ts';

/** @throws CodedError secret-missing */
function readSecret(secret: Secret, field: string): string {
  if ('env' in secret) {
    const value = process.env[secret.env];
    if (value) return value;
    throw new CodedError(fault('secret-missing', { field, where: `the environment variable ${secret.env}` }));
  }
  try {
    return readFileSync(secret.file, 'utf8').trimEnd();
  } catch (cause) {
    throw new CodedError(fault('secret-missing', { field, where: `the file ${secret.file}` }), { cause });
  }
}

/** @throws CodedError secret-missing */
function readPem(path: string | null, field: string): string | null {
  return path === null ? null : readSecret({ file: path }, field);
}

/** The broker with everything that the site file only names. @throws CodedError secret-missing */
export function uplinkConnection(mqtt: MqttConfig): UplinkConfig {
  return {
    url: mqtt.url,
    clientId: mqtt.clientId,
    username: mqtt.username,
    password: mqtt.password === null ? null : readSecret(mqtt.password, 'mqtt.password'),
    ca: readPem(mqtt.caFile, 'mqtt.caFile'),
    cert: readPem(mqtt.certFile, 'mqtt.certFile'),
    key: readPem(mqtt.keyFile, 'mqtt.keyFile'),
    publishTimeoutMs: mqtt.publishTimeoutMs,
  };
}

export interface NotifySecrets {
  readonly webhookSecret: string | null;
  readonly webhookCa: string | null;
  readonly mailPassword: string | null;
  readonly mailCa: string | null;
}

/** What `notify:` of the site file only names. @throws CodedError secret-missing */
export function notifySecrets({ webhook, mail }: NotifyConfig): NotifySecrets {
  return {
    webhookSecret: webhook?.secret ? readSecret(webhook.secret, 'notify.webhook.secret') : null,
    webhookCa: readPem(webhook?.caFile ?? null, 'notify.webhook.caFile'),
    mailPassword: mail?.password ? readSecret(mail.password, 'notify.mail.password') : null,
    mailCa: readPem(mail?.caFile ?? null, 'notify.mail.caFile'),
  };
}
