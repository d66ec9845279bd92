import type { MetadataRoute } from 'next';

export default function manifest(): MetadataRoute.Manifest {
  return {
    name: 'OmniWP',
    short_name: 'OmniWP',
    description: 'Vinculá tu WhatsApp y respondé a tus clientes desde la computadora.',
    lang: 'es-AR',
    start_url: '/',
    display: 'standalone',
    background_color: '#f3f5f1',
    theme_color: '#0c2a22',
    icons: [
      { src: '/icon.svg', type: 'image/svg+xml', sizes: 'any' },
      { src: '/icon-512.png', type: 'image/png', sizes: '512x512', purpose: 'maskable' },
    ],
  };
}
