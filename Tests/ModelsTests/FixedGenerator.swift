/// Always the same number: for a range of doubles the least, or one close to the greatest.
///
/// The greatest itself would be drawn again for ever, since a half-open range leaves it out.
struct FixedGenerator: RandomNumberGenerator {
    let number: UInt64

    static let least = FixedGenerator(number: .min)
    static let greatest = FixedGenerator(number: (1 << 53) - (1 << 10))

    mutating func next() -> UInt64 { number }
}
