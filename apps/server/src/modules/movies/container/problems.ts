import { Problem } from '../../../kernel/problem.ts';

/** The file is one of ours by its kind, but its content makes no film; `what` is a sentence for a person. */
export function unreadable(what: string, cause?: unknown): Problem {
  return new Problem('movies.file_unreadable', { detail: `The file cannot be read as a film. ${what}`, cause });
}

/** The file is shorter than it says. */
export function brokenOff(): Problem {
  return new Problem('movies.file_truncated', {
    detail: 'The file ends in the middle of the film. Perhaps it was still being written, or its copy broke off.',
  });
}

/** The file is of another kind; `reason` is a sentence that says which. */
export function otherContainer(reason: string): Problem {
  return new Problem('movies.file_container_unsupported', {
    detail: `${reason} Please convert it to mp4 (H.264 and AAC play everywhere) or webm.`,
  });
}

/** The container is right, but browsers cannot play what is in it. */
export function otherCodec(what: string): Problem {
  return new Problem('movies.file_codec_unsupported', {
    detail: `${what} Please convert it: H.264 with AAC plays everywhere.`,
  });
}
