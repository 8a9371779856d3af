import { describe, expect, it } from 'vitest';
import { parseView, type SharedView, sampleOf, sampleQuery, viewText } from '../../src/ui/shared_view';

const whole: SharedView = {
  mode: 'swipe',
  view: { x: 64.5, y: 32.25, scale: 3.2 },
  contrast: { min: -0.000125, max: 61_234 },
  place: { t: 0, z: 4, c: 1, y: 17, side: true },
};

describe('a view in a link', () => {
  it('is read as it was written', () => {
    expect(viewText(whole)).toBe('swipe,x64.5,y32.25,s3.2,min-0.000125,max61234,at-z4,at-c1,at-y17,xz');
    expect(parseView(viewText(whole))).toEqual(whole);
    expect(parseView(viewText({ contrast: { min: 1e-7, max: 2e21 } }))).toEqual({ contrast: { min: 1e-7, max: 2e21 } });
    expect(parseView(viewText({}))).toEqual({});
  });

  it('leaves out what cannot be shown', () => {
    expect(parseView('sideways,x1,y2,s0,min5,max5')).toEqual({});
    expect(parseView('side,x1,y2')).toEqual({ mode: 'side' });
    expect(parseView('flicker,x1,y2,s1e9,at-z-4')).toEqual({
      mode: 'flicker',
      view: { x: 1, y: 2, scale: 64 },
      place: { t: 0, z: 0, c: 0, y: 0, side: false },
    });
    expect(parseView('<script>,minInfinity,max1')).toEqual({});
  });
});

describe('a sample in a link', () => {
  it('is read as it was written', () => {
    const sample = { image: 'AbC_-123', task: 'axial & noise', view: whole };
    const query = sampleQuery(sample);
    expect(query).toBe(`?image=AbC_-123&task=axial%20%26%20noise&view=${viewText(whole)}`);
    expect(sampleOf(query)).toEqual(sample);
    expect(sampleOf(sampleQuery({ image: 'a', task: undefined, view: {} }))).toEqual({
      image: 'a',
      task: undefined,
      view: {},
    });
  });

  it('is none where there is no id', () => {
    for (const search of ['', '?task=noise', '?image=', '?image=../x']) expect(sampleOf(search)).toBeUndefined();
  });
});
