/**
 * The same meters polled by other people's programs. Node-RED is looked for in the folder that HAKARU_PEERS names, or
 * in .cache/peers; collectd where Debian puts it. Nothing is downloaded here.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Running, running } from './tcp-world.ts';

const PEERS = process.env['HAKARU_PEERS'] ?? fileURLToPath(new URL('../../.cache/peers', import.meta.url));
const NODE_RED = join(PEERS, 'node_modules/node-red/red.js');
const NODE_RED_MODBUS = join(PEERS, 'node_modules/node-red-contrib-modbus');
const COLLECTD = '/usr/sbin/collectd';
const COLLECTD_MODBUS = '/usr/lib/collectd/modbus.so';
/** All of them read the four words of the meter from address 0. */
const WORDS = 4;

export interface Peer {
  readonly name: 'node-red' | 'collectd';
  /** The unit it asks, so that its requests can be counted. */
  readonly unit: number;
  readonly install: string;
  isThere(): boolean;
  start(folder: string, ports: readonly number[]): Running;
}

function flows(ports: readonly number[], unit: number): object[] {
  const tab = { id: 'tab', type: 'tab', label: 'bench' };
  return [
    tab,
    ...ports.flatMap((port, n) => [
      {
        id: `client${n}`,
        type: 'modbus-client',
        name: '',
        clienttype: 'tcp',
        bufferCommands: true,
        stateLogEnabled: false,
        queueLogEnabled: false,
        failureLogEnabled: false,
        tcpHost: '127.0.0.1',
        tcpPort: String(port),
        tcpType: 'DEFAULT',
        unit_id: unit,
        commandDelay: 1,
        clientTimeout: 1000,
        reconnectOnTimeout: true,
        reconnectTimeout: 2000,
        parallelUnitIdsAllowed: true,
      },
      {
        id: `read${n}`,
        type: 'modbus-read',
        z: 'tab',
        name: '',
        topic: '',
        showStatusActivities: false,
        logIOActivities: false,
        showErrors: false,
        showWarnings: false,
        unitid: String(unit),
        dataType: 'HoldingRegister',
        adr: '0',
        quantity: String(WORDS),
        rate: '1',
        rateUnit: 's',
        delayOnStart: false,
        startDelayTime: '',
        server: `client${n}`,
        useIOFile: false,
        ioFile: '',
        useIOForPayload: false,
        emptyMsgOnFail: false,
        wires: [[], []],
      },
    ]),
  ];
}

const nodeRed: Peer = {
  name: 'node-red',
  unit: 2,
  install: `mkdir -p ${PEERS} && cd ${PEERS} && npm init -y && npm install --ignore-scripts node-red@4.1 node-red-contrib-modbus@5.23.3`,
  isThere: () => existsSync(NODE_RED) && existsSync(NODE_RED_MODBUS),
  start(folder, ports) {
    const own = join(folder, 'node-red');
    mkdirSync(own);
    writeFileSync(join(own, 'flows.json'), JSON.stringify(flows(ports, this.unit)));
    writeFileSync(
      join(own, 'settings.js'),
      `module.exports = { flowFile: 'flows.json', uiHost: '127.0.0.1', uiPort: 0, httpAdminRoot: false, httpNodeRoot: false,
         nodesDir: ${JSON.stringify(NODE_RED_MODBUS)}, logging: { console: { level: 'error' } } };\n`,
    );
    const args = [NODE_RED, '--userDir', own, '--settings', join(own, 'settings.js')];
    return running(spawn(process.execPath, args, { stdio: 'ignore', cwd: own }));
  },
};

function collectdHost(port: number, n: number, unit: number): string {
  return `  <Host "m${n}">
    Address "127.0.0.1"
    Port "${port}"
    Interval 1
    <Slave ${unit}>
      Instance "m${n}"
      Collect "words"
    </Slave>
  </Host>`;
}

const collectd: Peer = {
  name: 'collectd',
  unit: 3,
  install: 'apt-get install --no-install-recommends collectd-core libmodbus5',
  isThere: () => existsSync(COLLECTD) && existsSync(COLLECTD_MODBUS),
  start(folder, ports) {
    const own = join(folder, 'collectd');
    mkdirSync(own);
    const config = join(own, 'collectd.conf');
    // Its plugin reads one value of two words in each request; so does this one, with the register's own words.
    writeFileSync(
      config,
      `Hostname "bench"
FQDNLookup false
BaseDir "${own}"
PIDFile "${own}/pid"
PluginDir "/usr/lib/collectd"
TypesDB "/usr/share/collectd/types.db"
Interval 1
LoadPlugin modbus
<Plugin modbus>
  <Data "words">
    RegisterBase 2
    RegisterType Uint32
    Type counter
  </Data>
${ports.map((port, n) => collectdHost(port, n, this.unit)).join('\n')}
</Plugin>
`,
    );
    return running(spawn(COLLECTD, ['-f', '-C', config], { stdio: 'ignore', cwd: own }));
  },
};

export const PEERS_OF_TCP: readonly Peer[] = [nodeRed, collectd];
