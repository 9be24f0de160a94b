import {
  Alert,
  Card,
  Checkbox,
  type CSSVariablesResolver,
  createTheme,
  type MantineColorsTuple,
  Modal,
  Notification,
  SegmentedControl,
} from '@mantine/core';
import { strings } from './strings.ts';

const sea: MantineColorsTuple = [
  '#e6f6f9',
  '#d0eaf0',
  '#a2d4df',
  '#6fbecf',
  '#48abc0',
  '#2d9cb4',
  '#178aa2',
  '#04788f',
  '#03667a',
  '#02505f',
];

/** Greys with a little of the sea in them, so that dark is not a photograph of soot. */
const dark: MantineColorsTuple = [
  '#d3dade',
  '#b4bec5',
  '#93a0a8',
  '#616e77',
  '#3d4850',
  '#2e373d',
  '#1f262a',
  '#181c1f',
  '#121517',
  '#0c0e10',
];

export const theme = createTheme({
  colors: { sea, dark },
  primaryColor: 'sea',
  primaryShade: { light: 8, dark: 7 },
  autoContrast: true,
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  fontFamily:
    "'Inter', ui-sans-serif, system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif",
  fontFamilyMonospace:
    "ui-monospace, 'SF Mono', Menlo, 'Cascadia Mono', 'Liberation Mono', Consolas, monospace",
  headings: { fontWeight: '650' },
  components: {
    // Mantine's orange on yellow has too little contrast for a text (WCAG 1.4.3).
    Alert: Alert.extend({ styles: { title: { color: 'var(--mantine-color-text)' } } }),
    Notification: Notification.extend({ styles: { description: { color: 'var(--mantine-color-dimmed)' } } }),
    Card: Card.extend({ defaultProps: { bg: 'var(--halyard-surface)' } }),
    // What is pressed is 24 px high at least (WCAG 2.5.8).
    Checkbox: Checkbox.extend({ defaultProps: { size: 'md' } }),
    SegmentedControl: SegmentedControl.extend({ styles: { label: { minHeight: 24 } } }),
    Modal: Modal.extend({
      defaultProps: { closeButtonProps: { 'aria-label': strings.close }, overlayProps: { blur: 2 } },
      styles: { title: { fontWeight: 650 } },
    }),
  },
});

/** Mantine's dimmed text misses WCAG AA (4.5:1) on its own backgrounds; these meet it, and so do our few own colours. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': '#55606b',
    '--mantine-color-placeholder': '#66717c',
    '--mantine-color-error': '#b42318',
    '--mantine-color-anchor': '#03667a',
    '--halyard-canvas': '#f6f8f9',
    '--halyard-surface': '#ffffff',
    '--halyard-line': '#e2e7ea',
    '--halyard-hover': '#f1f5f6',
    '--halyard-attribute': '#5b3fa8',
    '--halyard-value': '#8a4b08',
    '--halyard-variation': '#03667a',
    '--halyard-variation-back': '#e0f2f5',
    '--halyard-switch-off': '#8a96a0',
    '--halyard-added': '#17663a',
    '--halyard-removed': '#a3261b',
  },
  dark: {
    '--mantine-color-red-filled': 'var(--mantine-color-red-9)',
    '--mantine-color-red-filled-hover': 'var(--mantine-color-red-8)',
    '--mantine-color-dimmed': '#a3adb5',
    '--mantine-color-placeholder': '#929ca4',
    '--mantine-color-error': '#ff9d94',
    '--mantine-color-anchor': '#6fbecf',
    '--halyard-canvas': '#121517',
    '--halyard-surface': '#1b2023',
    '--halyard-line': '#2e353a',
    '--halyard-hover': '#22282c',
    '--halyard-attribute': '#b9a5f5',
    '--halyard-value': '#f0b775',
    '--halyard-variation': '#8ed3e0',
    '--halyard-variation-back': '#12343c',
    '--halyard-switch-off': '#5d6a73',
    '--halyard-added': '#7fd8a3',
    '--halyard-removed': '#ff9d94',
  },
});
