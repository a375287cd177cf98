/// The due time that comes next, and when it is looked at.
package struct NextDue: Equatable, Sendable {
    package let due: Timestamp
    /// The due time and its jitter.
    package let at: Timestamp

    package init(due: Timestamp, at: Timestamp) {
        self.due = due
        self.at = at
    }
}
