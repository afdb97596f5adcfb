/** What histories over other systems than the kit alone are made of. */
export { describeViolations, type Read, type Violation, violations, type Write } from './history-check.ts';
export {
  cutOff, dropConnections, evict, type Fault, freezeRedis, poison, restartFromSnapshot, restartRedis, type Scene,
} from './history-faults.ts';
export { openPassage, type Passage } from './history-passage.ts';
export { between, type Random, runSeed, seeded } from './history-random.ts';
