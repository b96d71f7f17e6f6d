/** The system's Chromium, and how it is started so that it asks for nothing but the pages. */

export const CHROMIUM = '/usr/bin/chromium';

export const CHROMIUM_ARGUMENTS: string[] = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
