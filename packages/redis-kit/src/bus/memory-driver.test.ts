import { describeBusDriver } from './contract-suite.ts';
import { createMemoryBusLine } from './memory-driver.ts';

describeBusDriver('memory', createMemoryBusLine);
