import * as z from 'zod';
import { METHODS } from '../gateway/domain/coefficients/types.ts';

/** Which words there are is checkMethod's (coefficient-method.ts) to say: it knows the near ones. */
const word = z.string().meta({ enum: [...METHODS] });
export const methodSchema = z
  .union([word, z.record(z.string().meta({ pattern: '^20\\d\\d$' }), word)])
  .describe('How electricity is weighed: `hourly` or `monthly`, or by fiscal year; hourly when left out');
