/** What histories over other systems than the kit alone are made of. */
export { describeViolations, type Read, violations, type Write } from './history-check.ts';
export {
  cutOff, dropConnections, evict, type Fault, freezeRedis, killAtCommit, restartFromSnapshot, restartRedis, type Scene,
} from './history-faults.ts';
export { openPassage, type Passage } from './history-passage.ts';
export { between, type Random, runSeed, seeded } from './history-random.ts';
