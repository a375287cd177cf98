import Checkpoints

/// A place between two steps of a transcript: how many of each journal's stand before it.
///
/// The order of the steps is that in which two journals are merged, so a page is found by both.
struct TranscriptPlace: Equatable, Sendable, LosslessStringConvertible {
    static let beginning = TranscriptPlace(attempts: 0, gateway: 0)

    /// Of the attempts' own.
    var attempts: Int
    /// Of their programs', through the gateway.
    var gateway: Int

    init(attempts: Int, gateway: Int) {
        self.attempts = attempts
        self.gateway = gateway
    }

    /// Reads what `description` wrote; nil for anything else.
    init?(_ description: String) {
        let parts = description.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let attempts = Int(parts[0]), let gateway = Int(parts[1]), attempts >= 0, gateway >= 0
        else { return nil }
        self.init(attempts: attempts, gateway: gateway)
    }

    /// Goes behind the step that comes next.
    mutating func pass(_ part: JobReference.Part) {
        switch part {
        case .attempts: attempts += 1
        case .gateway: gateway += 1
        }
    }

    /// What callers hand back to go on, and do not look into.
    var description: String { "\(attempts)-\(gateway)" }
}
