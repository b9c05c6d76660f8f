/** A photograph as a JPEG that the server takes: at most 2000 px a side and some 900 KB. */
const SIDE = 2000;
const LARGEST = 880 * 1024;

export async function shrunk(file: Blob): Promise<Blob> {
  const bitmap = await createImageBitmap(file);
  try {
    const scale = Math.min(1, SIDE / Math.max(bitmap.width, bitmap.height));
    for (const quality of [0.85, 0.7, 0.5]) {
      const blob = await drawn(bitmap, bitmap.width * scale, bitmap.height * scale, quality);
      if (blob.size <= LARGEST) return blob;
    }
    return await drawn(bitmap, (bitmap.width * scale) / 2, (bitmap.height * scale) / 2, 0.7);
  } finally {
    bitmap.close();
  }
}

/** What a video shows just now. */
export async function frameOf(video: HTMLVideoElement): Promise<Blob> {
  return shrunk(await drawn(video, video.videoWidth, video.videoHeight, 0.95));
}

async function drawn(image: CanvasImageSource, width: number, height: number, quality: number): Promise<Blob> {
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(width));
  canvas.height = Math.max(1, Math.round(height));
  canvas.getContext('2d')!.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new DOMException('no picture'))), 'image/jpeg', quality),
  );
}
