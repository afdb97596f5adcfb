export { type Check, compileBody, invalid } from './checking.ts';
export { createSubjectOf, type SubjectOf, trustedProxies, type TrustProxy } from './client-address.ts';
export { problemBody, problemHeaders, toProblem } from './problems.ts';
export { createRequestIds, type RequestIds } from './request-ids.ts';
export { componentOf, type Json, named } from './schema-components.ts';
export { PAGE_POLICY, securityHeaders } from './security-headers.ts';
export { refuseUnsafe } from './unsafe-values.ts';
