import { connect, createServer, type Socket } from 'node:net';

/** A TCP door in front of a broker: closed, it ends every connection at once. */
export interface Gate {
  readonly port: number;
  readonly open: () => void;
  readonly shut: () => void;
  readonly close: () => Promise<void>;
}

export async function createGate(brokerPort: number): Promise<Gate> {
  let isOpen = false;
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    if (!isOpen) {
      near.destroy();
      return;
    }
    const far = connect(brokerPort, '127.0.0.1');
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket.pipe(other);
      socket.on('error', () => other.destroy());
      socket.on('close', () => (sockets.delete(socket), other.destroy()));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const shut = (): void => {
    isOpen = false;
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: address.port,
    open: () => void (isOpen = true),
    shut,
    close: () => (shut(), new Promise((resolve) => server.close(() => resolve()))),
  };
}
