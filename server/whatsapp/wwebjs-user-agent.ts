const systems: Partial<Record<NodeJS.Platform, { inAgent: string; hint: string }>> = {
  darwin: { inAgent: 'Macintosh; Intel Mac OS X 10_15_7', hint: 'macOS' },
  win32: { inAgent: 'Windows NT 10.0; Win64; x64', hint: 'Windows' },
};
const linux = { inAgent: 'X11; Linux x86_64', hint: 'Linux' };

export type UserAgent = {
  userAgent: string;
  userAgentMetadata: {
    brands: { brand: string; version: string }[];
    fullVersionList: { brand: string; version: string }[];
    platform: string;
    platformVersion: string;
    architecture: string;
    bitness: string;
    model: string;
    mobile: boolean;
    wow64: boolean;
  };
};

/**
 * The user agent of the browser that really runs, in the reduced form that Chrome itself sends, without the word "Headless"
 * (WhatsApp Web turns that away), and client hints that say the same.
 * @param version such as `156.0.8078.79`; a bare major will do
 */
export function userAgentOf(version: string): UserAgent {
  const major = version.split('.')[0] ?? version;
  const full = version.includes('.') ? version : `${version}.0.0.0`;
  const system = systems[process.platform] ?? linux;
  const brands = (shown: string, noise: string) => [
    { brand: 'Chromium', version: shown },
    { brand: 'Google Chrome', version: shown },
    { brand: 'Not.A/Brand', version: noise },
  ];
  return {
    userAgent: `Mozilla/5.0 (${system.inAgent}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${major}.0.0.0 Safari/537.36`,
    userAgentMetadata: {
      brands: brands(major, '99'),
      fullVersionList: brands(full, '99.0.0.0'),
      platform: system.hint,
      platformVersion: '',
      architecture: process.arch.startsWith('arm') ? 'arm' : 'x86',
      bitness: '64',
      model: '',
      mobile: false,
      wow64: false,
    },
  };
}
