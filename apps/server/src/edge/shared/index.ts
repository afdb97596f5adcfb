export { type Check, compileBody, invalid } from './checking.ts';
export { createSubjectOf, type SubjectOf, trustedProxies, type TrustProxy } from './client-address.ts';
export { problemBody, problemHeaders, toProblem } from './problems.ts';
export { createRequestIds, type RequestIds } from './request-ids.ts';
export { refuseUnsafe } from './unsafe-values.ts';
