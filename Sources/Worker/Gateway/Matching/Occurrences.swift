package import Checkpoints
package import Digests

/// The numbers that tell equal calls apart where people decide about them, counted from 1.
///
/// A call has the same number in every attempt, as its record says. So a new one does not get the number, and with it the
/// approval, of one that is recorded.
package struct Occurrences: Sendable {
    private var numbers: [StepPosition: Int] = [:]
    private var taken: [SHA256Digest: Set<Int>] = [:]
    /// Calls whose records say no number, as those of earlier versions, in their order.
    private var unnumbered: [SHA256Digest: [StepPosition]] = [:]

    package init() {}

    /// Adds a call that an earlier attempt recorded.
    ///
    /// - Parameters:
    ///   - key: What it has in common with its equals.
    ///   - number: What its record says.
    package mutating func inherited(_ position: StepPosition, _ key: SHA256Digest, number: Int?) {
        if let number {
            take(number, position, key)
        } else {
            unnumbered[key, default: []].append(position)
        }
    }

    /// The number of a call that people may have to decide about: for a new one the smallest that no other has.
    package mutating func number(of position: StepPosition, _ key: SHA256Digest) -> Int {
        for position in unnumbered.removeValue(forKey: key) ?? [] { take(free(key), position, key) }
        if let number = numbers[position] { return number }
        let number = free(key)
        take(number, position, key)
        return number
    }

    /// The number of a call, where it has one.
    package func number(at position: StepPosition) -> Int? { numbers[position] }

    private func free(_ key: SHA256Digest) -> Int {
        let taken = taken[key] ?? []
        var number = 1
        while taken.contains(number) { number += 1 }
        return number
    }

    private mutating func take(_ number: Int, _ position: StepPosition, _ key: SHA256Digest) {
        numbers[position] = number
        taken[key, default: []].insert(number)
    }
}
