/** A protobuf message under construction: it knows wire types, and nothing of Kubernetes. */
export class Message {
  readonly bytes: number[] = [];

  number(field: number, value: number): this {
    this.#varint(BigInt(field) << 3n);
    this.#varint(BigInt.asUintN(64, BigInt(value)));
    return this;
  }

  flag(field: number, value: boolean): this {
    return this.number(field, value ? 1 : 0);
  }

  text(field: number, value: string): this {
    return this.#delimited(field, [...new TextEncoder().encode(value)]);
  }

  message(field: number, value: Message): this {
    return this.#delimited(field, value.bytes);
  }

  map(field: number, entries: Readonly<Record<string, string>>): this {
    for (const [key, value] of Object.entries(entries)) {
      this.message(field, new Message().text(1, key).text(2, value));
    }
    return this;
  }

  quantities(field: number, entries: Readonly<Record<string, string>>): this {
    for (const [key, value] of Object.entries(entries)) {
      this.message(field, new Message().text(1, key).message(2, new Message().text(1, value)));
    }
    return this;
  }

  #delimited(field: number, bytes: readonly number[]): this {
    this.#varint((BigInt(field) << 3n) | 2n);
    this.#varint(BigInt(bytes.length));
    this.bytes.push(...bytes);
    return this;
  }

  #varint(value: bigint): void {
    let rest = value;
    for (; rest >= 128n; rest >>= 7n) this.bytes.push(Number(rest & 127n) | 128);
    this.bytes.push(Number(rest));
  }
}

/** `meta/v1.Time`. */
export function time(text: string, nanos = 0): Message {
  return new Message().number(1, Math.floor(Date.parse(text) / 1000)).number(2, nanos);
}
