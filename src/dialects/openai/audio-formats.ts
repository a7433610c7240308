/** "input_audio", format: media types of the formats whose names differ. */
const audioTypes: ReadonlyMap<string, string> = new Map([
  ["mp3", "audio/mpeg"],
  ["pcm16", "audio/pcm"],
]);

export const readAudioFormat = (format: string): string => audioTypes.get(format) ?? `audio/${format}`;

/** undefined for what is no sound. */
export function writeAudioFormat(mediaType: string): string | undefined {
  for (const [format, type] of audioTypes) if (type === mediaType) return format;
  return mediaType.startsWith("audio/") ? mediaType.slice("audio/".length) : undefined;
}
