/** The folder of what browsers get, to be served as it is: `index.html` and the files it names. */
export const publicFolder = new URL('../public/', import.meta.url);
