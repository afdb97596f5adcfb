/** Such as `45.2MB`, as monitors know it. */
export const megabytes = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)}MB`;
