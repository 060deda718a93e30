/** Reads what `page/packing.py` packs. */

export type Packed = Float64Array | Float32Array | Int32Array | Uint8Array;

const TYPES = { float64: Float64Array, float32: Float32Array, int32: Int32Array, uint8: Uint8Array } as const;

const OLD =
  "This browser cannot unpack landscapes: Chrome or Edge 80, Firefox 113, Safari 16.4, or newer ones, can. The tables " +
  "of this page are complete.";

interface Layout {
  readonly dtype: keyof typeof TYPES;
  readonly shape: readonly number[];
  readonly offset: number;
}

export interface Unpacked<Header> {
  readonly header: Header;
  readonly arrays: Readonly<Record<string, Packed>>;
}

/** Return the header and the arrays of gzip'd bytes. */
export async function unpack<Header>(bytes: Uint8Array<ArrayBuffer>): Promise<Unpacked<Header>> {
  if (typeof DecompressionStream === "undefined") throw new Error(OLD);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const buffer = await new Response(stream).arrayBuffer();
  const length = new DataView(buffer).getUint32(0, true);
  const text = new TextDecoder().decode(new Uint8Array(buffer, 4, length));
  const header = JSON.parse(text) as Header & { arrays: Record<string, Layout> };
  const arrays: Record<string, Packed> = {};
  for (const [name, { dtype, shape, offset }] of Object.entries(header.arrays)) {
    const size = shape.reduce((product, extent) => product * extent, 1);
    arrays[name] = new TYPES[dtype](buffer, 4 + length + offset, size);
  }
  return { header, arrays };
}

/** Return the bytes of a text in base64. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.trim());
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}
