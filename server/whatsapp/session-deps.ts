import type { Db } from '@/server/db';
import type { Logger } from '@/server/logger';
import type { EngineFactory } from './engine';
import type { SessionFiles } from './session-files';
import type { Timing } from './session-timing';
import type { StatusBoard } from './status-board';

/** What every session of a process is made of. */
export type SessionDeps = {
  db: Db;
  nodeId: string;
  board: StatusBoard;
  files: SessionFiles;
  factory: EngineFactory;
  timing: Timing;
  logger: Logger;
};
