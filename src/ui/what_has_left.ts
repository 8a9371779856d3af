/** What of the user's own has gone out, as the Share page says it: never less than the truth. */
import type { AppState } from './app_state';

export function whatHasLeft({ published, brokenOff }: Pick<AppState, 'published' | 'brokenOff'>): {
  heading: string;
  text: string;
} {
  const some = published.length > 0;
  const part = brokenOff.length > 0;
  const text = [
    some || part
      ? 'Nothing is uploaded but what you publish here.'
      : 'The first upload is the one that you start here.',
    ...(part
      ? [
          'What had been sent when an upload broke off can be read by nobody; unless you go on, the server deletes it by itself.',
        ]
      : []),
  ].join(' ');
  if (some)
    return {
      heading: `Only what is listed below${part ? ', and part of an upload,' : ''} has left this browser`,
      text,
    };
  return {
    heading: part ? 'Only part of an upload has left this browser' : 'Nothing has left this browser so far',
    text,
  };
}
