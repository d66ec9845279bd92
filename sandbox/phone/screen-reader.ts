import jsQR from 'jsqr';

/** How long a shared screen is looked at before giving up. */
const patienceMs = 15_000;

/** A browser's own reader of codes, where it has one. */
type Detector = { detect(source: ImageData): Promise<{ rawValue: string }[]> };
type DetectorClass = new (options: { formats: string[] }) => Detector;

function createDetector(): Detector | null {
  const found: unknown = Reflect.get(window, 'BarcodeDetector');
  return typeof found === 'function' ? new (found as DetectorClass)({ formats: ['qr_code'] }) : null;
}

/** Asks to share a screen or window and returns the first WhatsApp QR that is seen in it; null when there is none. */
export async function readQrFromScreen(): Promise<string | null> {
  const stream = await navigator.mediaDevices.getDisplayMedia({ video: true });
  const video = document.createElement('video');
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d', { willReadFrequently: true });
  const detector = createDetector();
  try {
    video.srcObject = stream;
    video.muted = true;
    await video.play();
    const end = Date.now() + patienceMs;
    while (Date.now() < end && context) {
      canvas.width = video.videoWidth;
      canvas.height = video.videoHeight;
      context.drawImage(video, 0, 0);
      const image = context.getImageData(0, 0, canvas.width, canvas.height);
      const native = detector ? await detector.detect(image).catch(() => []) : [];
      const found = native.map(({ rawValue }) => rawValue).find((text) => text.startsWith('2@'));
      const text = found ?? jsQR(image.data, image.width, image.height)?.data;
      if (text?.startsWith('2@')) return text;
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    return null;
  } finally {
    for (const track of stream.getTracks()) track.stop();
  }
}
