/// One execution of a workflow version.
///
/// Given by the database, at least 1.
package struct RunID: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
    package let rawValue: Int64

    package init(rawValue: Int64) { self.rawValue = rawValue }

    package var description: String { String(rawValue) }

    package static func < (left: RunID, right: RunID) -> Bool { left.rawValue < right.rawValue }
}

/// One job of one run.
///
/// Given by the database, at least 1.
package struct JobID: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
    package let rawValue: Int64

    package init(rawValue: Int64) { self.rawValue = rawValue }

    package var description: String { String(rawValue) }

    package static func < (left: JobID, right: JobID) -> Bool { left.rawValue < right.rawValue }
}

/// One worker process's registration.
///
/// Given by the database, at least 1.
package struct SessionID: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
    package let rawValue: Int64

    package init(rawValue: Int64) { self.rawValue = rawValue }

    package var description: String { String(rawValue) }

    package static func < (left: SessionID, right: SessionID) -> Bool { left.rawValue < right.rawValue }
}

/// One immutable version of a workflow.
///
/// Given by the database, at least 1.
package struct VersionID: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
    package let rawValue: Int64

    package init(rawValue: Int64) { self.rawValue = rawValue }

    package var description: String { String(rawValue) }

    package static func < (left: VersionID, right: VersionID) -> Bool { left.rawValue < right.rawValue }
}

/// The fencing number of a lease; grows with every claim of its job, counted from 1.
package struct LeaseEpoch: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
    package let rawValue: Int64

    package init(rawValue: Int64) { self.rawValue = rawValue }

    package var description: String { String(rawValue) }

    package static func < (left: LeaseEpoch, right: LeaseEpoch) -> Bool { left.rawValue < right.rawValue }
}
