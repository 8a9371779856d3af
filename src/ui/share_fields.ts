/** What the forms that publish something ask alike: what it is called, what it is, and where it goes. */
import '@awesome.me/webawesome/dist/components/input/input.js';
import '@awesome.me/webawesome/dist/components/textarea/textarea.js';
import { html } from 'lit';
import './mend-share-place';
import type { Place } from './mend-share-place';
import type { OwnCollection } from './publish';

export const LONGEST_TITLE = 200;

export interface ShareFields {
  /** Before the test ids and the ids of the place. */
  ids: string;
  title: string;
  description: string;
  /** What a description may say. */
  placeholder: string;
  place: Place;
  own: OwnCollection[];
  /** Where a new version would go. */
  series: OwnCollection | undefined;
  disabled: boolean;
}

export interface FieldsChange {
  titleText?: string;
  description?: string;
  place?: Place;
}

export const shareFields = (fields: ShareFields, change: (to: FieldsChange) => void) => html`
  <wa-input
    size="s"
    label="Title"
    maxlength=${LONGEST_TITLE}
    .value=${fields.title}
    ?disabled=${fields.disabled}
    data-testid="${fields.ids}-title"
    @input=${(event: Event) => change({ titleText: (event.target as HTMLInputElement).value })}
  ></wa-input>
  <wa-textarea
    size="s"
    label="Description"
    placeholder=${fields.placeholder}
    rows="3"
    maxlength="4000"
    .value=${fields.description}
    ?disabled=${fields.disabled}
    @input=${(event: Event) => change({ description: (event.target as HTMLTextAreaElement).value })}
  ></wa-textarea>
  <mend-share-place
    ids=${fields.ids}
    .own=${fields.own}
    .series=${fields.series}
    .terms=${fields.place.terms}
    ?disabled=${fields.disabled}
    @place=${(event: CustomEvent<Place>) => change({ place: event.detail })}
  ></mend-share-place>
`;
