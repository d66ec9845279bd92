import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';

export type Metrics = ReturnType<typeof createMetrics>;

/** What this process counts of itself, for Prometheus. No owner, number or text is in a name or a label. */
export function createMetrics() {
  const register = new Registry();
  collectDefaultMetrics({ register });
  const registers = [register];
  return {
    /** 1 while calls pass uncounted because Redis is away (contract.md, "Limits"). */
    limitsOpen: new Gauge({
      name: 'omniwp_limits_open',
      help: '1 while Redis is away and the limits are open',
      registers,
    }),
    callsUncounted: new Counter({
      name: 'omniwp_calls_uncounted_total',
      help: 'Calls that passed uncounted because Redis was away',
      labelNames: ['limit'],
      registers,
    }),
    /** The exposition format, and its content type. */
    text: () => register.metrics(),
    contentType: register.contentType,
  };
}
