/** The demo's own MQTT broker (aedes, MQTT 3.1.1 only), in this process and in memory. */
import { createServer, type Socket } from 'node:net';
import { Aedes } from 'aedes';
import { closeServer, LOOPBACK, listenOnLoopback } from './loopback.ts';

export interface Broker {
  /** mqtt://127.0.0.1:port */
  readonly url: string;
  readonly port: number;
  /** Clients connected now. */
  clients(): number;
  close(): Promise<void>;
}

/** @param options.port 0 (any free one) when left out */
export async function startBroker(options: { readonly port?: number } = {}): Promise<Broker> {
  const aedes = await Aedes.createBroker();
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    // A client that goes away is no matter; `close` follows.
    socket.on('error', () => undefined);
    aedes.handle(socket);
  });
  const port = await listenOnLoopback(server, options.port ?? 0);
  return {
    url: `mqtt://${LOOPBACK}:${port}`,
    port,
    clients: () => aedes.connectedClients,
    async close() {
      await new Promise<void>((resolve) => {
        aedes.close(() => resolve());
      });
      await closeServer(server, sockets);
    },
  };
}
