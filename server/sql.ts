import type { Pool, PoolClient, QueryResult } from 'pg';
import type { Tx } from '@/server/db';

/**
 * SQL by hand, for the few paths that every message takes: a statement through Prisma costs the process about a millisecond
 * (docs/bench.md), the same one here a tenth. A tagged template, so values are always parameters; columns come back in camelCase.
 */
export type Sql = <Row>(strings: TemplateStringsArray, ...values: unknown[]) => Promise<Row[]>;

export type SqlPool = {
  /** One statement, a transaction of its own. */
  one: Sql;
  /** Commits when `work` resolves, rolls back when it rejects. */
  transaction<Result>(work: (sql: Sql) => Promise<Result>): Promise<Result>;
};

/** Each place in the code has one template object, so each statement is parsed once per connection. */
const statements = new WeakMap<TemplateStringsArray, { name: string; text: string }>();
let named = 0;

function statementOf(strings: TemplateStringsArray) {
  const known = statements.get(strings);
  if (known) return known;
  named += 1;
  const text = strings.reduce((before, part, index) => `${before}$${index}${part}`);
  const statement = { name: `omniwp_${named}`, text };
  statements.set(strings, statement);
  return statement;
}

const camel = (column: string) => column.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

function inCamelCase<Row>(row: object): Row {
  return Object.fromEntries(Object.entries(row).map(([column, value]) => [camel(column), value])) as Row;
}

function sqlOn(client: Pick<PoolClient, 'query'>): Sql {
  return async <Row>(strings: TemplateStringsArray, ...values: unknown[]) => {
    const result: QueryResult<object> = await client.query({ ...statementOf(strings), values });
    return result.rows.map((row) => inCamelCase<Row>(row));
  };
}

export function createSqlPool(pool: Pool): SqlPool {
  return {
    one: sqlOn(pool),
    async transaction(work) {
      const client = await pool.connect();
      let broken: Error | undefined;
      // a connection that the server ends between two statements says so here, and the next statement fails
      const onError = (error: Error) => {
        broken = error;
      };
      client.on('error', onError);
      try {
        await client.query('BEGIN');
        const result = await work(sqlOn(client));
        await client.query('COMMIT');
        return result;
      } catch (error) {
        await client.query('ROLLBACK').catch((again: Error) => {
          broken = again;
        });
        throw error;
      } finally {
        client.off('error', onError);
        client.release(broken);
      }
    },
  };
}

/** The same, inside a transaction of Prisma's: for what the hot paths share with the others. */
export function sqlOf(tx: Tx): Sql {
  return async <Row>(strings: TemplateStringsArray, ...values: unknown[]) => {
    const rows = await tx.$queryRaw<object[]>(strings, ...values);
    return rows.map((row) => inCamelCase<Row>(row));
  };
}
