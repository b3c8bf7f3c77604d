/** Builds the page into web/dist: `vite build gateway/dashboard/web`. Nothing is inlined, so that a strict CSP holds. */
import { defineConfig } from 'vite';

// Vite reads the default export; this is the one file of the project that has one.
export default defineConfig({
  root: import.meta.dirname,
  base: '/',
  publicDir: 'public',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2023',
    assetsInlineLimit: 0,
    modulePreload: false,
    cssMinify: true,
  },
});
