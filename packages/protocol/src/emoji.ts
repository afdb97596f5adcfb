import Type from 'typebox';

/** Of one emoji, as keyboards give it; that it is one is asked of `isEmoji`, for schemas cannot say it. */
export const Emoji = Type.String({ minLength: 1, maxLength: 32, description: 'One emoji' });

const ONE_EMOJI = /^\p{RGI_Emoji}$/v;

/** Whether the text is one emoji that is recommended for general interchange, with its skin tones and joiners. */
export const isEmoji = (text: string): boolean => ONE_EMOJI.test(text);
