declare module 'wgsl-preprocessor/wgsl-preprocessor.js' {
  /** A template tag: `#if`, `#elif`, `#else`, `#endif` over the values that follow them. */
  export function wgsl(strings: TemplateStringsArray, ...values: readonly (boolean | string | number)[]): string;
}
