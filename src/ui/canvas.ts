/**
 * Pictures are written pixel by pixel, so a canvas in memory is as quick as one on the graphics card, and it outlives the
 * card: when the browser's GPU process ends, as it may with a lost device, one on the card shows a broken image until it is
 * painted again (each element also does that at `contextrestored`).
 */
export const IN_MEMORY: CanvasRenderingContext2DSettings = { willReadFrequently: true };
