package import JobModel

/// Which answers may grow, by what all that are under way or not yet read hold together.
///
/// What finds no room waits until another answer gives its own back. Answers that wait for each other would wait for ever, so
/// one of them may go beyond the limits, until it is gone: then the next one may.
package struct AnswerRoomStateMachine: Equatable, Sendable {
    /// That an answer would grow.
    package struct Wish: Equatable, Sendable {
        /// Which answer.
        package let share: Int
        package let job: JobID
        package let bytes: Int

        package init(share: Int, job: JobID, bytes: Int) {
            self.share = share
            self.job = job
            self.bytes = bytes
        }
    }

    private let limit: Int
    private let part: Int
    /// What all answers hold.
    package private(set) var held = 0
    private var heldByJob: [JobID: Int] = [:]
    /// The answer that goes beyond the limits.
    private var ahead: Int?
    /// The first come first.
    private var waiting: [Wish] = []

    /// - Parameters:
    ///   - limit: What all answers may hold, in bytes.
    ///   - part: What those of a single job may.
    package init(limit: Int, part: Int) {
        self.limit = limit
        self.part = part
    }

    /// An answer would grow; returns whether it may now, and otherwise has it wait.
    package mutating func wished(_ wish: Wish) -> Bool {
        if grants(wish) { return true }
        waiting.append(wish)
        return false
    }

    /// Nobody holds an answer any more; returns those that may grow now.
    package mutating func gone(share: Int, job: JobID, bytes: Int) -> [Int] {
        held -= bytes
        let ofJob = (heldByJob[job] ?? 0) - bytes
        heldByJob[job] = ofJob == 0 ? nil : ofJob
        if ahead == share { ahead = nil }
        var granted: [Int] = []
        var rest: [Wish] = []
        for wish in waiting {
            if grants(wish) { granted.append(wish.share) } else { rest.append(wish) }
        }
        waiting = rest
        return granted
    }

    /// An answer waits no longer; returns whether it did.
    package mutating func gaveUp(share: Int) -> Bool {
        let count = waiting.count
        waiting.removeAll { $0.share == share }
        return waiting.count < count
    }

    private mutating func grants(_ wish: Wish) -> Bool {
        let ofJob = (heldByJob[wish.job] ?? 0) + wish.bytes
        if held + wish.bytes > limit || ofJob > part {
            guard ahead == nil || ahead == wish.share else { return false }
            ahead = wish.share
        }
        held += wish.bytes
        heldByJob[wish.job] = ofJob
        return true
    }
}
