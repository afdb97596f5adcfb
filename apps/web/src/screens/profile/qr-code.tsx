import { useEffect, useState } from 'react';

/** The quiet zone around a code, in its dots. */
const BORDER = 4;

/** Draws a text as a QR code, here in the browser; nothing until what draws it is there. */
export function QrCode({ text, label }: { readonly text: string; readonly label: string }) {
  const [dots, setDots] = useState<readonly (readonly boolean[])[]>();
  useEffect(() => {
    let isShown = true;
    async function draw(): Promise<void> {
      const { encodeQR } = await import('qr');
      if (isShown) setDots(encodeQR(text, 'raw', { ecc: 'medium', border: BORDER }));
    }
    // Without it there is still the secret to type in.
    draw().catch(() => {});
    return () => {
      isShown = false;
    };
  }, [text]);
  return (
    <div className="qr-code">
      {dots !== undefined && (
        <svg role="img" aria-label={label} viewBox={`0 0 ${dots.length} ${dots.length}`} shapeRendering="crispEdges">
          <path d={dots.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ''))).join('')} />
        </svg>
      )}
    </div>
  );
}
