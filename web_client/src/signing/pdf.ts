/** pdf.js, fetched when there is something to read. No WebAssembly: the CSP allows none. */
import type { PDFDocumentProxy } from 'pdfjs-dist';

export type { PDFDocumentProxy };

/** The whole document from its bytes. */
export async function openPdf(data: ArrayBuffer): Promise<PDFDocumentProxy> {
  return open({ data });
}

/** A document on the server, of which only what is looked at is fetched. */
export async function openPdfAt(url: string): Promise<PDFDocumentProxy> {
  return open({ url, withCredentials: true, disableAutoFetch: true, disableStream: true, rangeChunkSize: 1 << 18 });
}

async function open(source: object): Promise<PDFDocumentProxy> {
  const pdfjs = await import('pdfjs-dist/legacy/build/pdf.mjs');
  const worker = await import('pdfjs-dist/legacy/build/pdf.worker.mjs?url');
  pdfjs.GlobalWorkerOptions.workerSrc = worker.default;
  return pdfjs.getDocument({ ...source, useWasm: false, useSystemFonts: false }).promise;
}
