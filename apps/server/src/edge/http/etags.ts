/** RFC 9110 § 13.1.2: whether `If-None-Match` lists this validator, compared weakly. `etag`: `W/"…"`. */
export function namesEtag(ifNoneMatch: string, etag: string): boolean {
  const strong = etag.slice(2);
  return ifNoneMatch.split(',').some((part) => {
    const given = part.trim();
    return given === etag || given === strong || given === '*';
  });
}
