// @ts-check
// `npm run build`: everything that `npm start` needs, into dist/ and .next/.
import { ensureBuilt } from './prepare/build.mjs';
import { ensureDependencies } from './prepare/dependencies.mjs';
import { fail, step } from './prepare/steps.mjs';

try {
  await step('Paquetes · packages', ensureDependencies);
  await step('Compilación · build', (say) => ensureBuilt(say));
} catch (error) {
  fail(error);
}
