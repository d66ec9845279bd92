import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type * as Engine from '@prisma/schema-engine-wasm/schema_engine_bg';

type Glue = typeof Engine & {
  __wbg_set_wasm(exports: WebAssembly.Exports): void;
};

export const EMPTY_SCHEMA = 'datasource db {\n  provider = "postgresql"\n}\n';

const answer = (value: unknown) => async () => ({ ok: true, value });
const connection = {
  provider: 'postgres',
  adapterName: 'none',
  queryRaw: answer({ columnNames: [], columnTypes: [], rows: [] }),
  executeRaw: answer(0),
  executeScript: answer(undefined),
  getConnectionInfo: () => ({ ok: true, value: { schemaName: 'public', supportsRelationJoins: true } }),
  dispose: answer(undefined),
};
/** The engine opens a connection and asks for its version before anything else; comparing two schemas needs no more. */
const noDatabase = { ...connection, connect: answer(connection), connectToShadowDb: answer(connection) };

/**
 * Prisma's command for comparing schemas wants an engine that it downloads. The same engine comes as WebAssembly in a package made
 * for bundlers, so it is put together by hand, once: the glue remembers views of one instance's memory.
 */
async function loadEngine(): Promise<Glue> {
  const entry = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg');
  const glue = (await import('@prisma/schema-engine-wasm/schema_engine_bg')) as Glue;
  const { instance } = await WebAssembly.instantiate(await readFile(entry.replace(/\.js$/, '.wasm')), {
    './schema_engine_bg.js': glue as unknown as WebAssembly.ModuleImports,
  });
  glue.__wbg_set_wasm(instance.exports);
  (instance.exports as unknown as { __wbindgen_start(): void }).__wbindgen_start();
  return glue;
}

let loaded: Promise<Glue> | null = null;

/**
 * The SQL that turns a database made from one Prisma schema into one made from another; '' when they agree. Both are the text of a
 * schema file; `EMPTY_SCHEMA` is the one to start from. Rejects with Prisma's own message when one does not parse.
 */
export async function schemaDiff(from: string, to: string): Promise<string> {
  loaded ??= loadEngine();
  const glue = await loaded;
  const target = (content: string): Engine.DiffTarget => ({
    tag: 'schemaDatamodel',
    files: [{ path: 'schema.prisma', content }],
  });
  const engine = await glue.SchemaEngine.new({ datamodels: undefined }, () => {}, noDatabase);
  try {
    const { stdout } = await engine.diff({
      from: target(from),
      to: target(to),
      script: true,
      exitCode: null,
      filters: { externalTables: [], externalEnums: [] },
    });
    const sql = (stdout ?? '').trim();
    return sql === '' || sql === '-- This is an empty migration.' ? '' : `${sql}\n`;
  } finally {
    engine.free();
  }
}
