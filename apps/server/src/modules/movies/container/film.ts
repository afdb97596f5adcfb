import { CustomSource, EncodedPacketSink, Input, Logging, LogLevel, MP4, WEBM, type InputTrack } from 'mediabunny';
import type { ReadableBytes } from '../../../storage/index.ts';
import type { FilmFacts, ParseTask, TrackFacts } from './facts.ts';
import { lastBlockTicks } from './webm.ts';

/**
 * A film's tracks and length, found with mediabunny. Trusts nobody to be quick or sparing: hostile files may make it
 * take any time and memory, so it runs in a thread. Fails with whatever the parser or the file throws.
 */
export async function readFilm({ container, sizeBytes }: ParseTask, file: ReadableBytes): Promise<FilmFacts> {
  Logging.level = LogLevel.Silent;
  using input = new Input({
    formats: [container === 'mp4' ? MP4 : WEBM],
    source: new CustomSource({
      getSize: () => sizeBytes,
      read: async (start, end) => await file.read(start, end - start),
      handleUnhandledError: () => undefined,
    }),
  });
  const videos = await input.getVideoTracks();
  const sounds = await input.getAudioTracks();
  const audio = await Promise.all(sounds.map(factsOf));
  const video = videos[0];
  if (!video) return { video: null, audio, durationSeconds: null };

  const sink = new EncodedPacketSink(video);
  if (!(await sink.getFirstPacket())) throw new Error('the video track has no frames');
  let durationSeconds: number | null;
  if (container === 'mp4') {
    // The last frame must be in the file too: an index may promise more than there is.
    if (!(await sink.getPacket(Infinity))) throw new Error('the video track has no end');
    durationSeconds = await input.computeDuration([video, ...sounds]);
  } else {
    durationSeconds = await input.getDurationFromMetadata([video]);
    if (durationSeconds === null) {
      const ticks = await lastBlockTicks(file);
      durationSeconds = ticks === undefined ? null : ticks / (await video.getTimeResolution());
    }
  }
  const [width, height] = [await video.getDisplayWidth(), await video.getDisplayHeight()];
  return { video: { ...(await factsOf(video)), width, height }, audio, durationSeconds };
}

async function factsOf(track: InputTrack): Promise<TrackFacts> {
  const codecId = await track.getInternalCodecId();
  return { codec: await track.getCodec(), codecId: typeof codecId === 'string' ? codecId : '' };
}
