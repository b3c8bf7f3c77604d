/**
 * A page from anywhere can point its own name at 127.0.0.1 and read a dashboard that believes to be private (DNS
 * rebinding). So while the dashboard listens on loopback, it answers to loopback's names only.
 */
const LOOPBACK_NAMES = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Whether listening on this address keeps the dashboard on this machine. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}

/** Whether a Host header names this machine; any port, for a tunnel may change it. */
export function isLoopbackHostHeader(header: string | undefined, listening: string): boolean {
  const name = (header ?? '')
    .trim()
    .toLowerCase()
    .replace(/:\d{1,5}$/, '')
    .replace(/\.$/, '');
  return LOOPBACK_NAMES.has(name) || name === listening;
}
