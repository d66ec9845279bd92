// @ts-check
import { ensureBrowser, ensureRedis } from './find/install.mjs';
import { ensureBuilt } from './prepare/build.mjs';
import { ensureDependencies } from './prepare/dependencies.mjs';
import { step } from './prepare/steps.mjs';

const NEEDED = /** @type {const} */ ([20, 19]);

/** Throws when this Node is too old for what we use. Newer majors are fine. */
function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1])) return;
  throw new Error(
    `OmniWP necesita Node ${NEEDED.join('.')} o más nuevo; este es ${process.versions.node}.\n` +
      `  OmniWP needs Node ${NEEDED.join('.')} or newer; this is ${process.versions.node}. See https://nodejs.org`,
  );
}

/**
 * Everything that a clone needs before anything runs: packages, a browser, a Redis, and what is built from the sources. What is
 * there already costs a moment.
 * @param {{ redis?: boolean, only?: string[] }} [options] `redis: false` where REDIS_URL names one; `only`: parts to build
 */
export async function prepare({ redis = true, only } = {}) {
  checkNode();
  await step('Paquetes · packages', ensureDependencies);
  await step('Navegador · browser', async (say) => {
    const { path, version } = await ensureBrowser(say);
    say(`${path} ${version}`);
  });
  if (redis) {
    await step('Redis', async (say) => {
      const { path, version } = await ensureRedis(say);
      say(`${path} ${version}`);
    });
  }
  await step('Compilación · build', (say) => ensureBuilt(say, { only }));
}
