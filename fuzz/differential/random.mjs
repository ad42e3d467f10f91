// A pseudo-random generator with a seed (mulberry32), and the choices that generators make.

export class Random {
  constructor(seed) {
    this.state = seed >>> 0;
  }

  bits32() {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let x = this.state;
    x = Math.imul(x ^ (x >>> 15), x | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return (x ^ (x >>> 14)) >>> 0;
  }

  below(count) {
    return this.bits32() % count;
  }
  between(least, most) {
    return least + this.below(most - least + 1);
  }
  oneIn(count) {
    return this.below(count) === 0;
  }
  pick(list) {
    return list[this.below(list.length)];
  }
  bits64() {
    return (BigInt(this.bits32()) << 32n) | BigInt(this.bits32());
  }
  bytes(count) {
    return Array.from({length: count}, () => this.below(256));
  }

  // [[weight, value]...]; a weight of 0 or false takes the value out.
  weighted(choices) {
    const total = choices.reduce((sum, [weight]) => sum + Number(weight), 0);
    let rest = this.below(total);
    for (const [weight, value] of choices) {
      rest -= Number(weight);
      if (rest < 0) return value;
    }
    return choices.at(-1)[1];
  }

  // Bits of a constant: mostly values at which something changes.
  constant(letter) {
    switch (letter) {
      case 'i': return BigInt.asUintN(32, this.#integer(32));
      case 'l': return BigInt.asUintN(64, this.#integer(64));
      case 'f': return this.#float(8, 23);
      case 'd': return this.#float(11, 52);
      default: return (this.constant('l') << 64n) | this.constant('l');
    }
  }

  #integer(bits) {
    const small = () => BigInt(this.between(-20, 20));
    const power = () => (1n << BigInt(this.below(bits))) + BigInt(this.between(-1, 1));
    return this.weighted([[4, small], [2, power], [1, () => -power()], [2, () => this.bits64()]])();
  }

  #float(exponentBits, mantissaBits) {
    const total = 1 + exponentBits + mantissaBits;
    const bias = (1n << BigInt(exponentBits - 1)) - 1n;
    const make = (sign, exponent, mantissa) =>
      (BigInt(sign) << BigInt(total - 1)) | (exponent << BigInt(mantissaBits)) | mantissa;
    const allOnes = (1n << BigInt(exponentBits)) - 1n;
    const sign = this.below(2);
    const mantissa = BigInt.asUintN(mantissaBits, this.bits64());
    return this.weighted([
      [2, () => make(sign, 0n, 0n)],                                          // zero
      [1, () => make(sign, 0n, mantissa)],                                    // subnormal
      [1, () => make(sign, allOnes, 0n)],                                     // infinity
      [1, () => make(0, allOnes, 1n << BigInt(mantissaBits - 1))],            // canonical NaN
      [4, () => make(sign, bias + BigInt(this.between(-2, 4)), 0n)],          // 0.25 … 16
      [3, () => make(sign, bias + BigInt(this.between(-4, 70)), mantissa)],   // about integers
      [1, () => make(sign, bias + BigInt(this.pick([31, 32, 63, 64])), 0n)],  // their limits
      [1, () => make(sign, BigInt(this.below(Number(allOnes))), mantissa)],
    ])();
  }
}
