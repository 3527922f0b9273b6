const FIRST_CAPACITY = 65_536;
/** The length field of an option has 16 bits. */
const MAX_OPTION_BYTES = 65_535;

/** Writes pcapng's blocks and options, little-endian, each padded to 32 bits. */
export class BlockWriter {
  #buffer = new Uint8Array(FIRST_CAPACITY);
  #view = new DataView(this.#buffer.buffer);
  #length = 0;
  readonly #encoder = new TextEncoder();

  /** Everything written. */
  bytes(): Uint8Array {
    return this.#buffer.slice(0, this.#length);
  }

  /** One block: its type, what `body` writes, and its length on both sides of that. */
  block(type: number, body: () => void): void {
    const start = this.#length;
    this.uint32(type);
    this.uint32(0);
    body();
    this.uint32(0);
    const length = this.#length - start;
    this.#view.setUint32(start + 4, length, true);
    this.#view.setUint32(this.#length - 4, length, true);
  }

  uint16(value: number): void {
    this.#reserve(2);
    this.#view.setUint16(this.#length, value, true);
    this.#length += 2;
  }

  uint32(value: number): void {
    this.#reserve(4);
    this.#view.setUint32(this.#length, value, true);
    this.#length += 4;
  }

  /** Bytes, and zeros up to the next 32-bit boundary. */
  padded(bytes: Uint8Array): void {
    const length = Math.ceil(bytes.length / 4) * 4;
    this.#reserve(length);
    this.#buffer.set(bytes, this.#length);
    this.#length += length;
  }

  option(code: number, value: Uint8Array): void {
    const kept = value.subarray(0, MAX_OPTION_BYTES);
    this.uint16(code);
    this.uint16(kept.length);
    this.padded(kept);
  }

  textOption(code: number, text: string): void {
    this.option(code, this.#encoder.encode(text));
  }

  endOfOptions(): void {
    this.uint32(0);
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#buffer.length) return;
    const larger = new Uint8Array(Math.max(this.#buffer.length * 2, this.#length + bytes));
    larger.set(this.#buffer);
    this.#buffer = larger;
    this.#view = new DataView(larger.buffer);
  }
}
